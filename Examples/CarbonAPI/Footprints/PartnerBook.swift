import Foundation

/// Whom we answer, from a file:
///
/// `{"partners":[{"source":"https://partner.example","organization":"org_…","base":"https://partner.example/pact",`
/// `"tokenEndpoint":"https://partner.example/auth/token","clientId":"…","clientSecret":"…"}]}`
struct PartnerBook: Sendable {
    private let partners: [Partner]

    static let empty = PartnerBook([])

    private init(_ partners: [Partner]) {
        self.partners = partners
    }

    /// - Throws: ``Unreadable`` for a file that is not so, or that others may read.
    init(file path: String) throws {
        func fail(_ problem: String) -> Unreadable { Unreadable(path: path, problem: problem) }
        let value: JSONValue
        do {
            // What is judged is what is read: behind a link, as by a name that has been given to another file meanwhile.
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            var status = stat()
            guard fstat(file.fileDescriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                throw fail("it is no file")
            }
            // That a group may read what root owns is root's word: so systemd and Kubernetes give secrets to a user.
            guard status.st_mode & (status.st_uid == 0 ? 0o037 : 0o077) == 0 else {
                throw fail("others may read it, and secrets are in it: chmod 600")
            }
            value = try JSONValue(parsing: Array(try file.readToEnd() ?? Data()))
        } catch let error as Unreadable {
            throw error
        } catch let error as JSONValue.Malformed {
            throw fail("no JSON: \(error.problem), byte \(error.offset)")
        } catch {
            throw fail(error.localizedDescription)
        }
        let findings = Findings()
        partners = Fields(value, findings).list("partners", most: 10_000).compactMap { Self.partner($0) }
        if let first = findings.all.first { throw fail("\(first.field): \(first.message)") }
        let names = Set(partners.map { [$0.source, $0.organization.text] })
        guard names.count == partners.count else { throw fail("a source is there twice for one organization") }
    }

    private static func partner(_ fields: Fields) -> Partner? {
        let organization = fields.text("organization", required: true)
        let path = organization.flatMap { OrganizationPath($0) }
        if organization != nil, path == nil { fields.note("organization", .invalid, "it is no organization's path") }
        let base = address("base", required: true, fields)
        let endpoint = address("tokenEndpoint", required: false, fields)
        guard let source = fields.text("source", required: true, most: PactEvent.mostKey),
            let id = fields.text("clientId", required: true), let secret = fields.text("clientSecret", required: true),
            let path, let base
        else { return nil }
        return Partner(
            source: source, organization: path, base: base, tokenEndpoint: endpoint ?? base + "/auth/token",
            clientID: id, clientSecret: secret)
    }

    /// An address to which secrets may be sent, without a final slash.
    private static func address(_ name: String, required: Bool, _ fields: Fields) -> String? {
        guard let text = fields.text(name, required: required) else { return nil }
        let url = URL(string: text)
        let isNear = ["127.0.0.1", "localhost", "[::1]", "::1"].contains(url?.host() ?? "")
        guard let url, url.host()?.isEmpty == false, url.scheme == "https" || (url.scheme == "http" && isNear),
            url.query() == nil, url.fragment() == nil
        else {
            fields.note(name, .invalid, "an https:// address is expected")
            return nil
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// The one that calls itself so, if the organization may ask in its name.
    func partner(_ source: String, of organization: OrganizationPath) -> Partner? {
        partners.first { $0.source == source && $0.organization == organization }
    }

    /// The file is none.
    struct Unreadable: Error, CustomStringConvertible {
        let path: String
        let problem: String

        var description: String { "\(path): \(problem)" }
    }
}
