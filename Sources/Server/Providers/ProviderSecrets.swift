import FoundationEssentials
import Glibc
import ProductDefinition

/// The secrets of our clients at providers that stand in files or settings. They take the place of what is sealed in the database.
struct ProviderSecrets {
    /// More bytes than the secrets of one client have.
    private static let maximumSize = 65_536
    private static let longest = 4096

    /// By the provider's name, the newest first.
    let byProvider: [String: [String]]

    /// - Throws: ``CommandError`` for a file that cannot be read or that others can read, for secrets of a provider that is not offered,
    ///   and for a provider whose secrets stand in two places.
    init(_ configuration: ServerConfiguration, for offers: [OfferedProvider]) throws {
        var found: [String: [String]] = [:]
        for offer in offers {
            var places: [(name: String, secrets: [String])] = []
            if case .file(let path) = offer.secret { places.append((path, try Self.read(path))) }
            if let folder = configuration.providerSecretsFolder {
                let path = "\(folder)/\(offer.provider)"
                if FileStatus(path) != nil { places.append((path, try Self.read(path))) }
            }
            if let secrets = configuration.providerSecrets[offer.provider] {
                places.append((ConfigurationKey.providerSecrets.name, secrets))
            }
            guard places.count <= 1 else {
                let names = places.map(\.name).joined(separator: " and ")
                throw CommandError("The secret of \(offer.provider) stands in \(names): keep one of them.")
            }
            found[offer.provider] = places.first?.secrets
        }
        let offered = Set(offers.map(\.provider))
        if let other = configuration.providerSecrets.keys.sorted().first(where: { !offered.contains($0) }) {
            throw CommandError(
                "\(ConfigurationKey.providerSecrets.name) has a secret of \(other), which the product does not offer.")
        }
        byProvider = found
    }

    /// Whether a text can be a secret.
    static func isSecret(_ text: String) -> Bool {
        (1...longest).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// The lines of a file that its owner alone may read.
    static func read(_ path: String) throws -> [String] {
        guard let status = FileStatus(path), status.isFile else {
            throw CommandError("\(path) is no file that can be read.")
        }
        guard !status.exposesSecret else {
            throw CommandError(
                "\(path) holds secrets and is open to other users of this machine. Run: chmod 600 \(path)")
        }
        guard status.size <= maximumSize, let data = try? Data(contentsOf: URL(filePath: path)),
            let text = String(validating: data, as: UTF8.self)
        else { throw CommandError("\(path) cannot be read as text of at most 64 KiB.") }
        return try secrets(in: text, of: path)
    }

    /// One secret a line.
    static func secrets(in text: String, of place: String) throws -> [String] {
        let lines = text.split(whereSeparator: \.isNewline).map { line in
            String(line.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
        }.filter { !$0.isEmpty }
        guard !lines.isEmpty, lines.allSatisfy(isSecret) else {
            throw CommandError("\(place) must hold secrets of visible ASCII characters, one a line.")
        }
        return lines
    }
}
