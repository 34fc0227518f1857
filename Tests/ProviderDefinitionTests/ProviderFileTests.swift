import DefinitionFile
import Foundation
import ProductDefinition
import ProviderDefinition
import TestSupport
import Testing

@Suite("The provider files")
struct ProviderFileTests {
    @Test func `each is read, has comments, names its schema, and is the one that its name says`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Self.root + "/Providers").filter {
            $0.hasSuffix(".yaml")
        }
        #expect(BuiltInProviderFile.all.map(\.name).sorted() == files.sorted())
        #expect(files.count >= 15)
        for file in BuiltInProviderFile.all {
            let provider = try Provider(yaml: file.text, file: file.name)
            #expect(provider.identifier + ".yaml" == file.name)
            let lines = file.text.split(separator: "\n")
            #expect(lines[0] == "# yaml-language-server: $schema=../provider.schema.json")
            #expect(lines.count { $0.drop { $0 == " " }.hasPrefix("#") } >= 3, "\(file.name)")
            #expect(!provider.documentation.isEmpty && !provider.schedule.isEmpty && !provider.errors.isEmpty)
        }
    }

    @Test func `the reference names every key, and no other`() throws {
        let rows = try String(contentsOfFile: Self.root + "/docs/providers.md", encoding: .utf8).split(separator: "\n")
            .filter { $0.hasPrefix("| `") }
        let documented = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        // What a map, children, a request and an end may have is told once.
        let told = Set(ProviderKeys.paths.map(Self.generic))
        #expect(Set(documented).symmetricDifference(told) == [])
    }

    private static func generic(_ path: String) -> String {
        path.replacing(
            /^(?:token|steps\.\*|renew|health|revoke)\.(?=(?:method|url|in|auth|send|headers|ok_if)(?:\.|$))/,
            with: "request."
        )
        .replacing(/^(?:token|steps\.\*|renew)\.(?=(?:unwrap|map|children)(?:\.|$))/, with: "answer.")
        .replacing(
            /^answer\.(?:map|children)\.(?:expires|refresh_expires|data_access_expires)\.(?=(?:at|unit|zero_is_never)$)/,
            with: "end.")
    }

    @Test func `the tutorial's file is one`() throws {
        let page = try String(contentsOfFile: Self.root + "/docs/providers.md", encoding: .utf8)
        let example = try #require(page.firstMatch(of: /```yaml\n([^`]*)```/)).1
        let provider = try Provider(yaml: String(example), file: "acme.yaml")
        #expect(provider.title == "Acme Ads" && provider.errors.count == 2)
        #expect(ErrorClass.allCases.allSatisfy { page.contains("- `\($0.rawValue)`: ") })
        #expect(TemplateValue.named.allSatisfy { page.contains("{\($0.name)}") })
    }

    @Test func `the promises of the product's document stand in the files`() throws {
        let catalogue = try ProviderCatalogue.load()
        func due(_ provider: String, _ promise: String) -> ScheduledPromise.Due? {
            catalogue[provider]?.schedule.first { $0.name == promise }?.due
        }
        #expect(due("facebook", "weekly") == .every(seconds: 7 * 86_400))
        #expect(due("instagram", "weekly") == .every(seconds: 7 * 86_400))
        #expect(due("google-business-profile", "exercise") == .every(seconds: 30 * 86_400))
        #expect(due("tiktok", "monthly") == .age(maximum: 30 * 86_400, before: 3 * 86_400))
        #expect(catalogue["google-business-profile"]?.health?.every == 3600)
        #expect(catalogue["instagram"]?.renewal.minimumAge == 86_400)
        #expect(catalogue["tiktok"]?.renewal.rotation == .singleUse)
        #expect(catalogue["xero"]?.renewal.rotation.retryWindow == .seconds(1800))
        #expect(catalogue["shopify"]?.renewal.rotation == .retainUntilNextUsed(maximum: 30 * 86_400))
        #expect(catalogue["linkedin"]?.renewal.refreshExpiryIsFixed == true)
        #expect(catalogue["quickbooks"]?.lifetimes.hardCap == 1825 * 86_400)
        #expect(catalogue["facebook"]?.renewal.grant == .chain(from: "long"))
    }

    @Test func `altyaa offers four of them`() throws {
        let product = try Product.load(from: Self.root + "/Products/altyaa.yaml")
        let catalogue = try ProviderCatalogue.load()
        #expect(product.providers.map(\.provider) == ["facebook", "instagram", "google-business-profile", "tiktok"])
        #expect(product.providers.allSatisfy { catalogue[$0.provider] != nil && $0.secret == .store })
    }

    @Test func `an operator's folder adds providers and replaces those that are built in`() throws {
        let folder = try Folder()
        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: "\(folder.path)/\(name)", atomically: true, encoding: .utf8)
        }
        try write("acme.yaml", ProviderText.minimal)
        try write("slack.yaml", ProviderText.replacing("id: acme", with: "id: slack"))
        try write("notes.txt", "no provider")
        let catalogue = try ProviderCatalogue.load(with: folder.path)
        #expect(catalogue["acme"]?.title == "Acme" && catalogue["slack"]?.title == "Acme")
        #expect(catalogue.providers.count == BuiltInProviderFile.all.count + 1)
        try write("other.yaml", ProviderText.minimal)
        let error = try #require(throws: DefinitionError.self) { try ProviderCatalogue.load(with: folder.path) }
        #expect(error.problem.contains("acme.yaml already"))
        #expect(throws: DefinitionError.self) { try ProviderCatalogue.load(with: "/nowhere") }
    }

    @Test(arguments: [
        ("graph.facebook.com", true), ("GRAPH.facebook.com", true), ("facebook.com", false),
        ("evil-graph.facebook.com", false),
        ("graph.facebook.com.evil.example", false), ("127.0.0.1", false), ("localhost", false), ("", false),
        ("x.myshopify.com", true), ("a.b.myshopify.com", true), ("myshopify.com", false), ("xmyshopify.com", false),
    ])
    func `a host is on the list or it is not called`(_ host: String, _ isAllowed: Bool) {
        let list = HostAllowList([.host("graph.facebook.com"), .below("myshopify.com")])
        #expect(list.allows(host) == isAllowed)
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL.path
}
