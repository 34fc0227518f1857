import CredentialFormat
import Credentials
import Model
import OAuth
import Organizations
import Persistence
import ProductDefinition
import TestSupport
import Testing
import Verification

@Suite("Plans without API access", .onEveryEngine)
struct PlanTests {
    private static let product = Product(
        name: "Planned",
        plans: PlanCatalogue([
            PlanDefinition(name: "full"), PlanDefinition(name: "essential", features: [.apps]),
            PlanDefinition(name: "plain", features: [.apiAccess]),
        ]))

    @Test func `credentials are refused from the next call on, and accepted again when the plan comes back`()
        async throws
    {
        try await SampleDesk.open(product: Self.product) { desk in
            let server = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            let key = try await desk.tree.key(in: desk.tree.france)
            let client = SampleClient(try await desk.tree.integration(in: desk.tree.europe))
            let token = try await desk.token(client).text
            let other = try await desk.tree.key(in: desk.tree.stranger).secret
            func expect(_ isOpen: Bool) async throws {
                for credential in [key.secret, token] {
                    #expect(try await desk.verdict(credential).rule == (isOpen ? nil : .plan))
                    #expect(try await (desk.introspect(credential, as: server) != nil) == isOpen)
                }
                #expect(try await desk.verdict(other).rule == nil)
                if isOpen {
                    _ = try await desk.token(client)
                } else {
                    await #expect(throws: OAuthError(.unauthorizedClient, "")) { _ = try await desk.token(client) }
                }
            }
            try await expect(true)
            for _ in 0..<2 {
                try await desk.put(desk.tree.global, on: "essential")
                try await expect(false)
                // Another node, and this one after a restart.
                #expect(try await SampleDesk(desk.tree).verdict(token).rule == .plan)
                try await desk.put(desk.tree.global, on: "full")
                try await expect(true)
            }
        }
    }

    @Test func `it is judged after the account's life and before the address`() async throws {
        try await SampleDesk.open(product: Self.product) { desk in
            let draft = APIKeyDraft(name: "Key", scopes: ["data.read"], allowedAddresses: ["192.0.2.1"])
            let key = try await desk.key(draft, in: desk.tree.europe).secret
            try await desk.put(desk.tree.global, on: "essential")
            try await desk.suspend(desk.tree.global)
            #expect(try await desk.verdict(key).rule == .suspended)
            try await desk.suspend(desk.tree.global, false)
            #expect(try await desk.verdict(key).rule == .plan)
            try await desk.put(desk.tree.global, on: nil)
            #expect(try await desk.verdict(key).rule == .address)
        }
    }

    @Test func `the operator's own account is never locked out`() async throws {
        let plans = PlanCatalogue([PlanDefinition(name: "essential", features: [])], standard: "essential")
        try await SampleDesk.open(product: Product(name: "Closed", plans: plans)) { desk in
            let key = try await desk.tree.key(in: desk.tree.desk)
            #expect(try await desk.verdict(key.secret).rule == nil)
            await #expect(throws: Refusal.self) { _ = try await desk.tree.key(in: desk.tree.europe) }
        }
    }

    @Test func `an app's refresh token outlives the time in which the plan of its user has no API`() async throws {
        try await SampleDesk.open(product: Self.product) { desk in
            let app = try await desk.app(in: desk.tree.stranger, availability: .everyone)
            let member = try await desk.signedIn(in: desk.tree.europe)
            var tokens = try await desk.consented(to: app, in: desk.tree.europe, as: member)
            let code = try await desk.code(for: app, in: desk.tree.europe, as: member)
            let spent = tokens.refreshToken
            tokens = try await desk.refresh(spent, for: app)
            try await desk.put(desk.tree.global, on: "essential")
            #expect(try await desk.verdict(tokens.accessToken).rule == .plan)
            for attempt in [
                { try await desk.refresh(tokens.refreshToken, for: app) }, { try await desk.refresh(spent, for: app) },
                { try await desk.exchange(code, for: app) },
            ] {
                await #expect(throws: OAuthError(.unauthorizedClient, "")) { _ = try await attempt() }
            }
            #expect(try await desk.told(tokens.refreshToken, as: app.client).rule == .plan)
            #expect(try await desk.authorize(desk.request(of: app), as: member).error == "access_denied")
            try await desk.put(desk.tree.global, on: "full")
            #expect(try await desk.verdict(tokens.accessToken).rule == nil)
            _ = try await desk.refresh(tokens.refreshToken, for: app)
            _ = try await desk.exchange(code, for: app)
        }
    }

    @Test func `an app whose account may have none gets nothing, from anybody`() async throws {
        try await SampleDesk.open(product: Self.product) { desk in
            for authentication in [AppAuthentication.basic, .none] {
                let app = try await desk.app(
                    in: desk.tree.stranger, authentication: authentication, availability: .everyone)
                let member = try await desk.signedIn(
                    in: desk.tree.europe, email: authentication == .basic ? "ada@example.com" : "bob@example.com")
                let tokens = try await desk.consented(to: app, in: desk.tree.europe, as: member)
                try await desk.put(desk.tree.stranger, on: "plain")
                #expect(try await desk.verdict(tokens.accessToken).rule == .plan)
                await #expect(throws: OAuthError(.unauthorizedClient, "")) {
                    _ = try await desk.refresh(tokens.refreshToken, for: app)
                }
                #expect(try await desk.authorize(desk.request(of: app), as: member).error == "unauthorized_client")
                // Its keys are another matter.
                let key = try await desk.tree.key(in: desk.tree.stranger)
                #expect(try await desk.verdict(key.secret).rule == nil)
                try await desk.put(desk.tree.stranger, on: nil)
                #expect(try await desk.verdict(tokens.accessToken).rule == nil)
                _ = try await desk.refresh(tokens.refreshToken, for: app)
            }
        }
    }
}
