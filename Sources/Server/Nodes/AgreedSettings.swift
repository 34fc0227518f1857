import Model
import Crypto
import Foundation
import Policy
import TextForms

/// The settings that must be the same on every node, because a call would else be judged or answered differently by where it arrives.
///
/// Of each no more than a digest is told. No secret is among them: what nodes know of keys, the key ring proves at the start.
struct AgreedSettings: Sendable {
    /// How many hexadecimal digits of a digest are kept: told apart, not proven.
    private static let digits = 12

    /// By the name of the setting.
    let digests: [String: String]

    init(_ configuration: ServerConfiguration, _ installation: Installation) {
        let said: [(ConfigurationKey, String)] = [
            (.environment, configuration.environment.rawValue),
            (.issuer, configuration.issuer),
            (.product, installation.definition),
            (.providers, Self.files(in: configuration.providersPath)),
            (.secretScanningKeys, configuration.secretScanningKeys?.description ?? ""),
            (.providerSimulator, configuration.providerSimulator ?? ""),
            (.trustedProxies, Self.text(of: configuration.trustedProxies)),
            (.verifyGateways, Self.text(of: configuration.verifyGateways)),
            (.keyRotationDays, "\(configuration.keyRotationDays)"),
            (.mailFrom, configuration.mail?.from.description ?? ""),
        ]
        digests = Dictionary(said.map { ($0.0.name, Self.digest(of: $0.1)) }) { first, _ in first }
    }

    /// Of all of them.
    var digest: String {
        Self.digest(of: digests.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "\n"))
    }

    private static func digest(of text: String) -> String {
        String(Hexadecimal.text(SHA256.hash(data: Data(text.utf8))).prefix(digits))
    }

    /// The order in which addresses are listed says nothing.
    private static func text(of ranges: [IPRange]) -> String {
        ranges.map(\.description).sorted().joined(separator: " ")
    }

    /// The names and contents of a folder's files, but for the ends of lines.
    private static func files(in folder: String?) -> String {
        guard let folder else { return "" }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".yaml") }.sorted().map { name in
            let content = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
            return "\(name)\n\(String(decoding: content.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self))"
        }.joined(separator: "\n")
    }
}
