import Foundation
import TestSupport
import Testing

private let altyaa = """
    product:
      name: Altyaa
      brand: alty
    endpoints:
      authorize: [/oauth/authorize]
      token: [/oauth/token]
      introspect: [/oauth/token/introspect]
    scopes:
      analytics.read: { description: Read analytics, group: Analytics }
      posts.write: { description: Publish posts, group: Posts, danger: true }
      media.read: { description: See media, group: Media }
      reviews.read: { description: Read reviews, group: Reviews }
    policy:
      organization_header: X-Altyaa-Workspace
    """

/// Walkthrough D from end to end, with the product of its document.
@Suite("Walkthrough D: acting for a user", .server(product: altyaa))
struct WalkthroughActingForUsersTests {
    @Test func `consent, code, refresh, introspection and revocation keep their promises`() async throws {
        let (server, _) = try RunningServer.current
        let walk = try await BrowserScript.run("walkthrough_d", [server.folder.path + "/credentials.json"])
        #expect(walk.status == 0, "\(walk.text)")
    }
}

/// What one sees on the way, click by click, in headless Chromium. The pictures go where `CLAVIGER_SCREENSHOTS` says, if it does.
@Suite("Pages in a browser", .server(on: [.sqlite]))
struct BrowserTests {
    @Test func `a user signs in, consents, denies, takes back and signs out`() async throws {
        let (server, _) = try RunningServer.current
        let walk = try await BrowserScript.run(
            "consent", [server.folder.path + "/credentials.json"] + screenshots)
        #expect(walk.status == 0, "\(walk.text)")
    }

    private var screenshots: [String] {
        ProcessInfo.processInfo.environment["CLAVIGER_SCREENSHOTS"].map { [$0] } ?? []
    }
}
