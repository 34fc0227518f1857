import ArgumentParser
import CredentialFormat
import DefinitionFile
import HTTPServing
import Policy
import ProductDefinition

/// `claviger product scanning`
struct SecretScanningKit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scanning", abstract: "Print what a scanner for leaked secrets must know of a product's.",
        discussion: """
            JSON: for each kind of secret a regular expression, made from the brand, with what stands before and behind a match; the rule of \
            the check, by which a match is confirmed without asking anybody; a sample that belongs to nobody, another in each run; and where \
            a partner reports what it found. Without a file, that of the standard product. Nothing is changed.
            """)

    @Argument(help: "The product definition.") var file: String?
    @Option(help: "The public base URL of the server, for the address of reports.") var issuer: String?

    func run() throws {
        let product: Product
        do {
            product = try file.map { try Product.load(from: $0) } ?? Product.standard
        } catch let error as DefinitionError {
            throw CommandError(error.description)
        }
        let address = issuer.map { PublicAddress(issuer: $0).url(ServedEndpoint.secretScanning.path) }
        let patterns = SecretPattern.kinds.compactMap { SecretPattern($0, brand: product.brand) }
        let json = JSONWriter.object { json in
            json.name("patterns")
            json.array(patterns) { json, pattern in
                json.object { json in
                    json.member("name", pattern.name)
                    json.member("expression", pattern.expression)
                    json.member("before", pattern.before)
                    json.member("after", pattern.after)
                    json.member("sample", pattern.sample)
                }
            }
            json.member("check", SecretPattern.check)
            json.member("report_to", address ?? ServedEndpoint.secretScanning.path)
            json.member("end_with_itself", ServedEndpoint.selfRevoke.path)
        }
        print(String(decoding: json, as: UTF8.self))
    }
}
