import ArgumentParser
import DefinitionFile
import Model
import Persistence
import ProductDefinition
import ProviderDefinition

/// `claviger product`
struct ProductCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "product", abstract: "Check a product definition, and what editors and scanners must know of it.",
        subcommands: [CheckProduct.self, PrintProductSchema.self, SecretScanningKit.self])
}

/// `claviger product check`
struct CheckProduct: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Say whether a server would start with a product definition.",
        discussion: """
            A mistake is told with file, line, column and key, what is allowed, and the name that may have been meant. With \
            --against, also whether a database uses a scope, role, permission or plan that the file does not have; nothing is \
            changed there, and a server may be running on it. Ends with 1 where something is wrong.
            """)

    @Argument(help: "The product definition.") var file: String
    @Option(help: "A database to hold it against: sqlite:<path> or a postgres:// URI.") var against: String?
    @Option(help: "A folder of provider files beside those that are built in.") var providers: String?

    func run() async throws {
        let product: Product
        do {
            product = try Product.load(from: file)
            try product.requireProviders(of: ProviderCatalogue.load(with: providers))
        } catch {
            throw CommandError(error.description)
        }
        let plans = product.plans.definitions.count
        print(
            """
            \(file): fine. \(product.name), brand \(product.brand), \(product.scopes.definitions.count) scopes, \
            \(product.roles.count) roles, \(plans) plans
            """)
        guard let against else { return }
        guard let location = DatabaseLocation(against) else {
            throw ValidationError("--against must be sqlite:<path> or a postgres:// URI.")
        }
        if location.holdsPassword {
            throw ValidationError("A password on the command line can be read by others. Use PGPASSFILE.")
        }
        do {
            let missing = try location.missingNames(of: product)
            if let missing { throw CommandError(missing.description) }
        } catch let error as CommandError {
            throw error
        } catch {
            throw CommandError(error)
        }
        print("\(location): uses nothing that the file does not have")
    }
}

/// `claviger product schema`
struct PrintProductSchema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema (2020-12) of product definitions.",
        discussion: """
            Editors complete and check files by it. With the YAML language server, keep it beside the file and write \
            `# yaml-language-server: $schema=product.schema.json` into the first line.
            """)

    func run() {
        print(ProductSchema.text)
    }
}

extension DatabaseLocation {
    /// What a database uses that a product definition lacks, nil for nothing. Nothing is changed.
    fileprivate func missingNames(of product: Product) throws -> MissingNames? {
        try peek { tx in
            let runner = MigrationRunner()
            guard try runner.hasBegun(tx) else { return nil }
            guard try runner.missing(tx) == 0 else {
                throw CommandError("The database has an older schema. Run `claviger migrate` first.")
            }
            return try MissingNames(in: product, tx, at: SystemClock.now())
        }
    }
}
