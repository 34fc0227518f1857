import TestSupport

@testable import WebConsole

extension PageLine {
    private static let seers: Set<Role> = [.owner, .auditor]
    private static let changers: Set<Role> = [.owner]

    static let people: [PageLine] =
        [
            PageLine(.people, seers), PageLine(.leftBehind, seers), PageLine(.newPerson, changers),
            PageLine(
                .post, .newPerson, changers,
                fields: [("name", "Ada"), ("email", "ada@ledger.example"), ("role.guest", "yes")]),
            PageLine(.person, seers, with: member), PageLine(.editPerson, changers, with: member),
            PageLine(
                .post, .editPerson, changers, fields: [("name", "Ada"), ("email", "changed@ledger.example")],
                with: member),
            PageLine(.invitePerson, changers, with: member), PageLine(.post, .invitePerson, changers, with: member),
            PageLine(.resetPasswordOfPerson, changers, with: member),
            PageLine(.post, .resetPasswordOfPerson, changers, with: member),
            PageLine(.removeSecondFactorOfPerson, changers, with: member),
            PageLine(.post, .removeSecondFactorOfPerson, changers, with: member),
            PageLine(
                .post, .endSessionOfPerson, changers,
                with: { organization, desk in
                    let id = try await member(organization, desk)
                    return id + [try await desk.server.database.insertSession(of: id[0])]
                }),
            PageLine(.handOverFromPerson, changers, with: member),
            PageLine(.post, .handOverFromPerson, changers, with: member),
            PageLine(.disableKeysOfPerson, changers, with: member),
            PageLine(.post, .disableKeysOfPerson, changers, with: member),
            PageLine(.disableLeftKeys, changers), PageLine(.post, .disableLeftKeys, changers),
            PageLine(.removePerson, changers, with: member), PageLine(.post, .removePerson, changers, with: member),
        ]

    static let organizations: [PageLine] = [
        PageLine(.organizations, readers), PageLine(.newOrganization, changers),
        PageLine(.post, .newOrganization, changers, fields: [("name", "Made")]),
        PageLine(.renameOrganization, changers),
        PageLine(.post, .renameOrganization, changers, fields: [("name", "Europe of the estate")]),
        PageLine(.deleteOrganization, changers),
        // It is not empty: who may is told so.
        PageLine(.post, .deleteOrganization, changers),
    ]

    static let auditLog: [PageLine] = [
        PageLine(.auditLog, seers), PageLine(.auditFile, seers), PageLine(.story, seers, with: member),
    ]

    /// A member who has never signed in.
    @Sendable private static func member(_ organization: String, _ desk: LedgerDesk) async throws -> [String] {
        let made = try await desk.server.make(
            "/api/v1/organizations/\(organization)/members",
            [
                "email": .text("m\(UInt64.random(in: 0...UInt64.max))@ledger.example"), "name": "Mia",
                "roles": ["guest"],
            ], as: desk.demo.operatorKey)
        return [try made["id"].string]
    }
}
