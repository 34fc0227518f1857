import Connections
import Credentials
import Model
import OAuth
import Persistence
import SignIn
import TestSupport
import Verification

@testable import WebConsole

extension WebConsole {
    /// The console over a sample tree, as the server puts it together.
    ///
    /// - Parameters:
    ///   - store: What it reads and writes through, nil for the tree's own.
    ///   - connections: What connects accounts in the same tree, nil for nothing.
    static func over(
        _ desk: SampleDesk, through store: (any Store)? = nil, connections: ConnectDesk? = nil
    ) throws -> WebConsole {
        let (tree, issuer, hasher) = (desk.tree, SampleDesk.issuer, PasswordHasher())
        return WebConsole(
            try ConsoleServices(
                store: store ?? tree.store, keyRing: tree.keys, product: tree.product, issuer: issuer,
                passwords: hasher,
                links: OneTimeLinkService(
                    store: tree.store, keyRing: tree.keys, product: tree.product, issuer: issuer, hasher: hasher,
                    postman: nil,
                    now: tree.clock.now),
                emailChanges: EmailChangeService(
                    store: tree.store, keyRing: tree.keys, product: tree.product, issuer: issuer, hasher: hasher,
                    postman: nil,
                    now: tree.clock.now),
                letters: OwnerLetters(store: tree.store, product: tree.product, postman: nil),
                authorization: desk.authorization,
                keepRefusal: { [refusals = desk.verifier.refusals] in refusals.note($0, under: $1, at: $2) },
                sealToken: { token in
                    try desk.tokenIssuer.text(
                        of: token.accessToken(for: [SampleDesk.issuer]), as: token.integration.tokenFormat)
                },
                connections: connections.map {
                    ConnectionDesk(service: $0.service, clients: $0.clients, readAtStart: { ["tiktok"] })
                },
                isDevelopment: false, now: tree.clock.now))
    }
}
