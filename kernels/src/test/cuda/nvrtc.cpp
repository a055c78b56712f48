// libnvrtc: CUDA C compiled by g++. Signatures and results are those of nvrtc.h (CUDA 13.0). The "cubin" is a shared library
// behind a header that says how long it is.

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>

#include "emulator.h"

namespace {

namespace fs = std::filesystem;

// nvrtcResult of nvrtc.h.
enum { OK = 0, INVALID_INPUT = 3, INVALID_PROGRAM = 4, INVALID_OPTION = 5, COMPILATION = 6, INTERNAL_ERROR = 11 };

constexpr const char* PRIMITIVES = "primitives.cuh";

struct Program {
    std::string source, name;
    std::map<std::string, std::string> headers; // by include name
    std::string log, image;
};

struct Options {
    std::string definitions; // as the shell gets them
    int major = 7, minor = 5;
    bool real = true; // not compute_75
};

std::string for_shell(const std::string& text) {
    std::string result = "'";
    for (char c : text) {
        result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return result + "'";
}

std::string contents(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

bool parse(int count, const char* const* given, Options& options) {
    static const std::regex architecture("(?:-arch|--gpu-architecture)=(sm|compute)_([0-9]+)([0-9])[a-z]?");
    static const std::regex ignored("--?std=.*|--?fmad=(true|false)|--?default-device|--device-as-default-execution-space");
    for (int i = 0; i < count; i++) {
        std::string option = given[i];
        std::smatch match;
        if (std::regex_match(option, match, architecture)) {
            options.real = match[1] == "sm";
            options.major = std::stoi(match[2]);
            options.minor = std::stoi(match[3]);
        } else if (option.rfind("-D", 0) == 0 && option.size() > 2) {
            options.definitions += " " + for_shell(option);
        } else if (!std::regex_match(option, ignored)) {
            return false;
        }
    }
    int architecture_number = options.major * 100 + options.minor * 10;
    options.definitions += " -D__CUDA_ARCH__=" + std::to_string(architecture_number) + " -D__CUDACC_RTC__";
    return true;
}

// Runs a command of the shell and appends what it says.
bool run(const std::string& command, std::string& said) {
    FILE* pipe = popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) {
        said += "cannot run: " + command;
        return false;
    }
    char buffer[4096];
    for (size_t count; (count = fread(buffer, 1, sizeof buffer, pipe)) > 0;) {
        said.append(buffer, count);
    }
    return pclose(pipe) == 0;
}

// Where this library and, beside it, the header of the emulation lie.
fs::path home() {
    Dl_info info;
    return dladdr(reinterpret_cast<void*>(&home), &info) == 0 ? fs::path() : fs::path(info.dli_fname).parent_path();
}

// What the loader of images asks for, with all kernels of preprocessed source: extern "C", as others have no name to be found by.
std::string registrations(const std::string& preprocessed) {
    static const std::string mark = "__attribute__((noinline, used))"; // what __global__ becomes
    static const std::regex declared("\\s*void\\s+(\\w+)\\s*\\(");
    std::string entries;
    for (size_t at = preprocessed.find(mark); at != std::string::npos; at = preprocessed.find(mark, at + 1)) {
        size_t before = preprocessed.find_last_not_of(" \t\r\n", at - 1);
        bool is_c = before != std::string::npos && before >= 2 && preprocessed.compare(before - 2, 3, "\"C\"") == 0;
        std::match_results<std::string::const_iterator> match;
        auto from = preprocessed.begin() + static_cast<ptrdiff_t>(at + mark.size());
        if (is_c && std::regex_search(from, preprocessed.end(), match, declared, std::regex_constants::match_continuous)) {
            std::string name = match[1], entry = "simt::Entry<&" + name + ">::";
            entries += "{\"" + name + "\", " + entry + "run, " + entry + "COUNT, " + entry + "IS_POINTER},\n";
        }
    }
    return "\n# 1 \"registrations\"\nstatic const simt::Kernel simt_kernels[] = {\n" + entries + "{}};\n"
            + "extern \"C\" __attribute__((visibility(\"default\"))) size_t simt_bind(simt::Machine* machine,"
            + " const simt::Kernel** kernels) {\n    simt::machine = machine;\n    *kernels = simt_kernels;\n"
            + "    return sizeof simt_kernels / sizeof *simt_kernels - 1;\n}\n";
}

bool compile(Program& program, const Options& options, const fs::path& folder) {
    write(folder / program.name, program.source);
    for (const auto& header : program.headers) {
        if (header.first != PRIMITIVES) {
            fs::create_directories((folder / header.first).parent_path());
            write(folder / header.first, header.second);
        }
    }
    const char* named = getenv("EMULATED_CUDA_COMPILER");
    std::string compiler = "cd " + for_shell(folder) + " && " + for_shell(named == nullptr ? "g++" : named) + " -std=c++17 -w";
    if (!run(compiler + options.definitions + " -I. -I" + for_shell(home()) + " -E -x c++ " + for_shell(program.name)
                     + " -o preprocessed.ii",
                program.log)) {
        return false;
    }
    std::string preprocessed = contents(folder / "preprocessed.ii");
    write(folder / "preprocessed.ii", preprocessed + registrations(preprocessed));
    if (!run(compiler + " -O2 -shared -fPIC -fvisibility=hidden -ffp-contract=off -fno-threadsafe-statics"
                     + " preprocessed.ii -o image.so",
                program.log)) {
        return false;
    }
    if (options.real) {
        std::string library = contents(folder / "image.so");
        simt::ImageHeader header{{}, library.size(), options.major, options.minor};
        memcpy(header.magic, simt::IMAGE_MAGIC, sizeof header.magic);
        program.image.assign(reinterpret_cast<const char*>(&header), sizeof header);
        program.image += library;
    }
    return true;
}

int copy_out(const std::string& text, size_t bytes, char* to) {
    if (to == nullptr) {
        return INVALID_INPUT;
    }
    memcpy(to, text.c_str(), bytes);
    return OK;
}

} // namespace

API nvrtcVersion(int* major, int* minor) {
    if (major == nullptr || minor == nullptr) {
        return INVALID_INPUT;
    }
    *major = 0; // nobody may take its code for that of a real one
    *minor = 0;
    return OK;
}

API nvrtcCreateProgram(Program** program, const char* source, const char* name, int header_count, const char* const* headers,
        const char* const* include_names) {
    if (program == nullptr || source == nullptr || header_count < 0
            || header_count > 0 && (headers == nullptr || include_names == nullptr)) {
        return INVALID_INPUT;
    }
    auto* created = new Program{source, name == nullptr ? "default_program" : fs::path(name).filename().string(), {}, {}, {}};
    for (int i = 0; i < header_count; i++) {
        created->headers[include_names[i]] = headers[i];
    }
    *program = created;
    return OK;
}

API nvrtcDestroyProgram(Program** program) {
    if (program == nullptr || *program == nullptr) {
        return INVALID_PROGRAM;
    }
    delete *program;
    *program = nullptr;
    return OK;
}

API nvrtcCompileProgram(Program* program, int count, const char* const* given) {
    if (program == nullptr) {
        return INVALID_PROGRAM;
    }
    Options options;
    if (!parse(count, given, options)) {
        return INVALID_OPTION;
    }
    std::string folder = (fs::temp_directory_path() / "emulated-nvrtc-XXXXXX").string();
    if (mkdtemp(folder.data()) == nullptr) {
        return INTERNAL_ERROR;
    }
    program->log.clear();
    program->image.clear();
    bool compiled = compile(*program, options, folder);
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    return compiled ? OK : COMPILATION;
}

API nvrtcGetProgramLogSize(Program* program, size_t* bytes) {
    if (program == nullptr || bytes == nullptr) {
        return program == nullptr ? INVALID_PROGRAM : INVALID_INPUT;
    }
    *bytes = program->log.size() + 1;
    return OK;
}

API nvrtcGetProgramLog(Program* program, char* log) {
    return program == nullptr ? INVALID_PROGRAM : copy_out(program->log, program->log.size() + 1, log);
}

API nvrtcGetCUBINSize(Program* program, size_t* bytes) {
    if (program == nullptr || bytes == nullptr) {
        return program == nullptr ? INVALID_PROGRAM : INVALID_INPUT;
    }
    *bytes = program->image.size();
    return OK;
}

API nvrtcGetCUBIN(Program* program, char* image) {
    if (program == nullptr || program->image.empty()) {
        return INVALID_PROGRAM;
    }
    return copy_out(program->image, program->image.size(), image);
}

extern "C" __attribute__((visibility("default"))) const char* nvrtcGetErrorString(int result) {
    switch (result) {
    case OK:
        return "NVRTC_SUCCESS";
    case INVALID_INPUT:
        return "NVRTC_ERROR_INVALID_INPUT";
    case INVALID_PROGRAM:
        return "NVRTC_ERROR_INVALID_PROGRAM";
    case INVALID_OPTION:
        return "NVRTC_ERROR_INVALID_OPTION";
    case COMPILATION:
        return "NVRTC_ERROR_COMPILATION";
    default:
        return "NVRTC_ERROR_INTERNAL_ERROR";
    }
}
