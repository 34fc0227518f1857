import HTTPServing
import TestSupport
import Testing

@Suite("The name of a request")
struct RequestIDTests {
    @Test func `no two are the same, and all are twelve base62 characters`() async {
        let ends = await race(4) { _ in (0..<5000).map { _ in RequestID.next().description } }
        let all = ends.flatMap { (try? $0.get()) ?? [] }
        #expect(all.count == 20_000)
        #expect(Set(all).count == all.count)
        #expect(
            all.allSatisfy {
                $0.utf8.count == 12
                    && $0.utf8.allSatisfy { byte in
                        switch byte {
                        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                        default: false
                        }
                    }
            })
    }
}
