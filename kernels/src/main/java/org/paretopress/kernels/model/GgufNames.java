package org.paretopress.kernels.model;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What llama.cpp calls the tensors of a Llama. */
public final class GgufNames {

    private static final String EMBEDDING = "token_embd.weight";
    private static final Pattern BLOCK = Pattern.compile("model\\.layers\\.(\\d+)\\.(.+)\\.weight");
    private static final Map<String, String> OUTSIDE = Map.of(
            "model.embed_tokens.weight",
            EMBEDDING,
            "model.norm.weight",
            "output_norm.weight",
            "lm_head.weight",
            "output.weight");
    private static final Map<String, String> INSIDE = Map.of(
            "input_layernorm", "attn_norm",
            "self_attn.q_proj", "attn_q",
            "self_attn.k_proj", "attn_k",
            "self_attn.v_proj", "attn_v",
            "self_attn.o_proj", "attn_output",
            "post_attention_layernorm", "ffn_norm",
            "mlp.gate_proj", "ffn_gate",
            "mlp.up_proj", "ffn_up",
            "mlp.down_proj", "ffn_down");

    private GgufNames() {}

    /** By the name that Hugging Face gives it; others stay. */
    public static String of(String name) {
        Matcher block = BLOCK.matcher(name);
        if (block.matches() && INSIDE.containsKey(block.group(2))) {
            return "blk." + block.group(1) + "." + INSIDE.get(block.group(2)) + ".weight";
        }
        return OUTSIDE.getOrDefault(name, name);
    }
}
