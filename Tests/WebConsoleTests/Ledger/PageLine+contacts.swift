import TestSupport

@testable import WebConsole

extension PageLine {
    private static let contactManagers: Set<Role> = [.owner]

    static let contacts: [PageLine] =
        [
            PageLine(.contacts, readers),
            PageLine(.accessKeys, readers),
            PageLine(.newContact, contactManagers),
            PageLine(.post, .newContact, contactManagers),
            PageLine(.contact, readers) { try await $1.contact(in: $0) },
        ]
        + [ConsolePage.contactSettings, .disableContact, .enableContact, .deleteContact, .newAccessKey].flatMap {
            page in
            [
                PageLine(page, contactManagers) { try await $1.contact(in: $0) },
                PageLine(.post, page, contactManagers) { try await $1.contact(in: $0) },
            ]
        }
        + [ConsolePage.rotateAccessKey, .disableAccessKey, .enableAccessKey, .deleteAccessKey].flatMap { page in
            [
                PageLine(page, contactManagers) { try await $1.accessKey(in: $0) },
                PageLine(.post, page, contactManagers) { try await $1.accessKey(in: $0) },
            ]
        }
}

extension LedgerDesk {
    func contact(in organization: String) async throws -> [String] {
        let made = try await server.make(
            "/api/v1/organizations/\(organization)/contacts", ["name": "Carla"], as: demo.operatorKey)
        return [try made["id"].string]
    }

    func accessKey(in organization: String) async throws -> [String] {
        let contact = try await contact(in: organization)[0]
        let made = try await server.make(
            "/api/v1/organizations/\(organization)/contacts/\(contact)/access-keys", ["name": "Sync"],
            as: demo.operatorKey)
        return [contact, try made["id"].string]
    }
}
