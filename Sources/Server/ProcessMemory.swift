import CMalloc
import Foundation
import Glibc

/// What the process gives back to the system: a start takes several times the memory of a server that waits for calls.
enum ProcessMemory {
    /// Large blocks, such as the 19 MiB of a password's digest, go back as soon as they are free. glibc would keep them once it has seen
    /// the first of them go.
    static func prepare() {
        mallopt(M_MMAP_THRESHOLD, 1 << 20)
        mallopt(M_TRIM_THRESHOLD, 4 << 20)
    }

    /// Gives back what is free, and forgets the pages of program and libraries that only the start looked at; those that are needed again
    /// come from the kernel's cache of files.
    static func giveBackWhatTheStartTook() {
        malloc_trim(0)
        let text = (try? String(contentsOfFile: "/proc/self/smaps", encoding: .utf8)) ?? ""
        for mapping in FileMapping.all(in: text) where mapping.isUnchanged {
            guard let start = UnsafeMutableRawPointer(bitPattern: mapping.start) else { continue }
            // What cannot be given back stays.
            _ = madvise(start, mapping.length, MADV_DONTNEED)
        }
    }
}

/// A part of a file in our memory, as `/proc/self/smaps` tells of it (proc(5)).
struct FileMapping: Hashable {
    let start: UInt
    let length: Int
    /// Whether it is all as in the file: nobody can write to it and nobody did, as the loader does where it moves addresses.
    let isUnchanged: Bool

    /// Those that have a file.
    static func all(in smaps: String) -> [FileMapping] {
        var found: [FileMapping] = []
        var head: (start: UInt, length: Int, isReadOnly: Bool)?
        for line in smaps.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            if let first = words.first, let bounds = bounds(first), words.count >= 5 {
                let hasFile = words.count > 5 && words[5].hasPrefix("/")
                head =
                    hasFile
                    ? (bounds.lowerBound, bounds.count, words[1].hasPrefix("r") && !words[1].contains("w")) : nil
            } else if words.first == "Anonymous:", words.count == 3, let known = head {
                found.append(
                    FileMapping(
                        start: known.start, length: known.length, isUnchanged: known.isReadOnly && words[1] == "0"))
                head = nil
            }
        }
        return found
    }

    /// `7f8e08000000-7f8e0a733000`
    private static func bounds(_ word: Substring) -> Range<UInt>? {
        let parts = word.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let start = UInt(parts[0], radix: 16), let end = UInt(parts[1], radix: 16), start < end
        else { return nil }
        return start..<end
    }
}
