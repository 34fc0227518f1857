import Testing

@testable import Server

@Suite("The memory of the process")
struct ProcessMemoryTests {
    @Test func `a large block has pages of its own, also after another one was freed`() {
        ProcessMemory.prepare()
        for _ in 0..<3 {
            let block = UnsafeMutableRawPointer.allocate(byteCount: 19 << 20, alignment: 16)
            // glibc keeps the size before a block, and in its second bit whether its pages go back when it is freed.
            #expect(block.load(fromByteOffset: -8, as: UInt.self) & 2 != 0)
            block.deallocate()
        }
        ProcessMemory.giveBackWhatTheStartTook()
    }
}
