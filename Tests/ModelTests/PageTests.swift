import CredentialFormat
import Model
import Testing

@Suite("Pages of lists (threat P9)")
struct PageTests {
    @Test(
        arguments: [(0, 1), (-1, 1), (.min, 1), (1, 1), (50, 50), (200, 200), (201, 200), (.max, 200)] as [(Int, Int)])
    func `a limit out of bounds becomes the nearest within`(_ asked: Int, _ given: Int) {
        #expect(Page(limit: asked).limit == given)
    }

    @Test func `a cursor comes back, and nothing else is one`() throws {
        let id = ID<APIKey>(value: 77)
        let cursor = Cursor(after: id)
        #expect(Cursor(parsing: cursor.description) == cursor)
        #expect(cursor.id(of: APIKey.self) == id)
        for text in [
            "", "0", "key_0000000000000000000000", "7n42DGM5Tflk9n8mt7Fhc8", "000000000000000000000é",
            "' OR 1=1 --            ",
        ] {
            #expect(Cursor(parsing: text) == nil, "\(text)")
        }
    }

    @Test func `there is a next page only if there is more`() {
        func listing(_ count: Int) -> Listing<ID<APIKey>> {
            let all = (0..<count).map { ID<APIKey>(value: UInt128($0)) }
            return Listing(of: Page(limit: 3), by: \.self) { _, limit in Array(all.prefix(limit)) }
        }
        #expect(listing(0).items.isEmpty && listing(0).next == nil)
        #expect(listing(3).items.count == 3 && listing(3).next == nil)
        #expect(listing(4).items.count == 3 && listing(4).next == Cursor(after: ID<APIKey>(value: 2)))
    }
}
