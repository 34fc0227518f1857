import Crypto
import Foundation

/// Addresses under which a file can be fetched without a token for five minutes. They end with the credential that asked for them,
/// which is shown to the desk once more when somebody comes. They are in memory alone, and so end with the process, too.
actor ExportLinks {
    /// What a link leads to.
    struct Target: Sendable {
        let export: String
        let organization: OrganizationPath
        let file: String
        /// What the file is called at the client.
        let name: String
        let contentType: String
        let isCompressed: Bool
        let credential: String
    }

    private struct Link {
        let target: Target
        let token: String
        let expiresAt: Timestamp
    }

    /// Whose link to what.
    private struct Key: Hashable {
        let file: String
        let credential: String
    }

    private var links: [SHA256.Digest: Link] = [:]
    private var digests: [Key: SHA256.Digest] = [:]

    static let lifetime = 300
    private static let most = 50_000

    /// Makes a link, or renews the one that the credential has for the file: who polls often has no more of them.
    ///
    /// - Returns: What stands in the address.
    func make(for target: Target, at now: Timestamp) throws -> String {
        let key = Key(file: target.file, credential: target.credential)
        if let digest = digests[key], let link = links[digest], link.expiresAt > now {
            links[digest] = Link(target: target, token: link.token, expiresAt: now.advanced(by: Self.lifetime))
            return link.token
        }
        if links.count >= Self.most {
            links = links.filter { $0.value.expiresAt > now }
            digests = digests.filter { links[$0.value] != nil }
        }
        guard links.count < Self.most else { throw Refusal.busy }
        let token = SymmetricKey(size: .bits256).withUnsafeBytes { $0.hexadecimal }
        let digest = SHA256.hash(data: Array(token.utf8))
        if let old = digests.updateValue(digest, forKey: key) { links[old] = nil }
        links[digest] = Link(target: target, token: token, expiresAt: now.advanced(by: Self.lifetime))
        return token
    }

    func target(of token: String, at now: Timestamp) -> Target? {
        guard let link = links[SHA256.hash(data: Array(token.utf8))], link.expiresAt > now else { return nil }
        return link.target
    }
}
