import CarbonAPI
import Foundation
import Locking
import TestSupport
import Testing

/// The API behind a real desk, with the product that it belongs to.
@Suite("Behind the desk")
struct DeskTests {
    @Test func `walkthrough B: a token of the desk opens the API to its organization, until it is revoked`()
        async throws
    {
        let product = try OurWords.sample("altruistiq").text
        try await ServerProcess.withDemo(product: product) { desk, demo in
            let below = try await desk.makeOrganization("Springs", below: demo.account, as: demo.operatorKey)
            let other = try await desk.makeAccount("Other Ltd", as: demo.operatorKey)
            let writing = ["facilities.read", "facilities.write"]
            let child = try await desk.makeIntegration(in: below, scopes: writing, as: demo.operatorKey)
            let foreign = try await desk.makeIntegration(in: other, scopes: writing, as: demo.operatorKey)
            let reading = try await desk.makeIntegration(
                in: demo.account, scopes: ["facilities.read"], as: demo.operatorKey)
            let api = try await CarbonFront(
                verifier: DeskVerifier(DeskVerifier.Options(address: desk.base)), patient: false)
            let hours = Lock(0)
            let near = try await CarbonFront(
                verifier: LibraryVerifier(
                    address: desk.base, clientID: demo.resourceServer.id, clientSecret: demo.resourceServer.secret,
                    now: { Int(Date().timeIntervalSince1970) + hours.withLock(\.self) * 3600 }), patient: false)

            // PACT's clients look for the endpoint at this path, and the documentation's at that one.
            let pact = try await desk.tokenAnswer(demo.integration, path: "/auth/token").json["access_token"].string
            let documented = try await desk.tokenAnswer(child.client, path: "/api/public/v1/oauth2/token")
            let token = try documented.json["access_token"].string
            let made = try await api.done("POST", "/facilities/bulk", .facility("Spring"), as: token)
            let path = "/facilities/\(try made["facilities"][0]["facilityId"].string)"
            #expect(try await api.status("GET", path, as: token) == 200)
            #expect(try await api.status("GET", path, as: pact) == 200, "the parent sees it")
            #expect(try await api.status("GET", path, as: try await desk.token(foreign.client)) == 404)
            let refused = try await api.call(
                "DELETE", CarbonFront.path + path, bearer: try await desk.token(reading.client))
            #expect(refused.status == 403 && refused.text.contains("facilities.write"))
            #expect(try await api.get("/3/footprints", bearer: pact).status == 200)

            // The same by what was learned before.
            // It refuses with 503 what the desk does not answer within 750 ms, and is asked again then.
            func answered(_ path: String, as token: String) async throws -> Int {
                var status = 503
                _ = try await eventually {
                    status = try await near.status("GET", path, as: token)
                    return status != 503
                }
                return status
            }
            for _ in 0..<2 { #expect(try await answered("/facilities", as: token) == 200) }
            #expect(try await answered("/products", as: token) == 403)
            #expect(try await answered("/facilities", as: "nothing") == 401)

            let deleted = try await desk.call("DELETE", child.path, bearer: demo.operatorKey)
            #expect((200..<300).contains(deleted.status))
            let after = try await api.get(CarbonFront.path + path, bearer: token)
            #expect(after.status == 401 && after.headers["www-authenticate"]?.contains("invalid_token") == true)
            let isForgotten = try await eventually {
                try await near.status("GET", "/facilities", as: token) == 401
            }
            #expect(isForgotten)
            // Of a credential that was good once it is said that its time is over, when it is; of no other.
            func code(_ credential: String) async throws -> JSON {
                try await near.get("/3/footprints", bearer: credential).json["code"]
            }
            #expect(try await eventually { try await code(token) == "BadRequest" })
            hours.withLock { $0 = 2 }
            #expect(try await eventually { try await code(token) == "TokenExpired" })
            #expect(try await eventually { try await code(token + "x") == "BadRequest" })

            desk.kill()
            let lost = try await eventually {
                let far = try await api.status("GET", path, as: pact)
                return try await near.status("GET", "/facilities", as: pact) == 503 && far == 503
            }
            #expect(lost, "nobody gets through whom nobody knows")
        }
    }
}
