import HTTPServing
import Hummingbird
import Testing

/// What is answered is for the tests of the wire.
@Suite("Methods that a path does not take")
struct MethodNotAllowedTests {
    @Test func `cost no routes`() {
        let router = Router(context: CallerContext.self)
        for path in ["/a", "/a/{id}", "/b/**"] { router.get(RouterPath(path)) { _, _ in "here" } }
        MethodNotAllowed.register(on: router)
        #expect(router.routes.count == 3)
    }
}
