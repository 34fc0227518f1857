import CMalloc

/// What the process gives back to the system: a start takes several times the memory of a server that waits for calls.
enum ProcessMemory {
    /// Large blocks, such as the 19 MiB of a password's digest, go back as soon as they are free. glibc would keep them once it has seen
    /// the first of them go.
    static func prepare() {
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        mallopt(M_TRIM_THRESHOLD, 4 << 20)
    }

    /// Gives back what is free in the allocator. Pages of files are left to the kernel, which takes them by itself when it needs room.
    static func giveBackWhatTheStartTook() {
        malloc_trim(0)
    }
}
