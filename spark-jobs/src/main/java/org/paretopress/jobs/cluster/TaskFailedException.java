package org.paretopress.jobs.cluster;

/** What made a task fail, told by it: damaged input or storage that does not answer, in the words that are meant for people. */
final class TaskFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TaskFailedException(String message) {
        super(message);
    }
}
