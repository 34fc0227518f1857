import Testing

@testable import Server

@Suite("The memory of the process")
struct ProcessMemoryTests {
    private static let told = """
        55a70d895000-55a710106000 r-xp 00000000 fe:00 1234                       /usr/bin/claviger
        Size:              41412 kB
        Rss:               27584 kB
        Anonymous:             0 kB
        VmFlags: rd ex mr mw me
        55a710106000-55a7101c4000 r--p 02871000 fe:00 1234                       /usr/bin/claviger
        Anonymous:           760 kB
        55a7101c4000-55a7103a5000 rw-p 0292f000 fe:00 1234                       /usr/bin/claviger
        Anonymous:             0 kB
        7f8e08000000-7f8e0a733000 rw-p 00000000 00:00 0
        Anonymous:         32564 kB
        7ffc4e64f000-7ffc4e670000 r-xp 00000000 00:00 0                          [vdso]
        Anonymous:             0 kB
        """

    @Test func `only what is as in its file is given back`() {
        let found = FileMapping.all(in: Self.told)
        #expect(found.map(\.start) == [0x55a7_0d89_5000, 0x55a7_1010_6000, 0x55a7_101c_4000])
        #expect(found.map(\.isUnchanged) == [true, false, false])
        #expect(found.first?.length == 0x55a7_1010_6000 - 0x55a7_0d89_5000)
    }

    @Test func `what is given back is there again when it is needed`() {
        let before = ConfigurationKey.all.map(\.summary)
        ProcessMemory.giveBackWhatTheStartTook()
        #expect(ConfigurationKey.all.map(\.summary) == before)
    }
}
