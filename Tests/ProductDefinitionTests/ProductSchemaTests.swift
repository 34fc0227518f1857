import Foundation
import Model
import Policy
import ProductDefinition
import TestSupport
import Testing

@Suite("The JSON Schema of product definitions")
struct ProductSchemaTests {
    /// What a schema cannot say: what depends on another key, on spelling, or on YAML itself.
    private static let beyond = [
        "twice", "longer than", "taken by", "leading zero", "is no YAML", "another meaning", "span of time",
        "unknown plan", "there is no role", "unknown permission everything", "did you mean manage-keys?",
        "unknown scope",
        "more than the limit", "only of limits", "unknown time zone", "or account",
        "no bits set behind", "stands in places", "nothing is made in",
        "not be before deprecated", "deprecated before", "no such day",
    ]

    private static let schema = EditorSchema(ProductSchema.text)

    @Test func `it takes whole files, and refuses every mistake that a schema can tell`() async throws {
        var cases = [
            "plans.good": PlanFileTests.yaml, "places.good": PlacesFileTests.yaml,
            "everything.good": ProductFileTests.everything,
        ]
        for file in try Self.products() {
            cases[file.lastPathComponent + ".good"] = try String(contentsOf: file, encoding: .utf8)
        }
        var told = 0
        for (number, mistake) in (Mistake.all + PlanFileTests.mistakes + PlacesFileTests.mistakes).enumerated() {
            // What PyYAML reads as true is no text to it.
            guard !Self.beyond.contains(where: mistake.says.contains), !mistake.yaml.contains(": yes") else { continue }
            cases["\(number) \(mistake.key?.filter(\.isLetter) ?? "").bad"] = mistake.yaml
            told += 1
        }
        #expect(told > 50)
        let run = try await Self.schema.judge(cases)
        #expect(run.status == 0, "\(run.text)")
        #expect(run.output == "", "\(run.output)")
    }

    @Test func `it has every key, and no other`() throws {
        let keys = Set(try Self.schema.paths.map(Self.generic))
        #expect(keys == Set(ProductKeys.paths))
    }

    @Test func `it has every name that is ours`() throws {
        let definitions = try #require(try Self.schema.document["$defs"] as? [String: [String: Any]])
        #expect(definitions["permission"]?["enum"] as? [String] == Permission.allCases.map(\.rawValue))
        let plan = try #require(definitions["plan"]?["properties"] as? [String: [String: Any]])
        let feature = plan["features"]?["items"] as? [String: Any]
        #expect(feature?["enum"] as? [String] == PlanFeature.allCases.map(\.rawValue))
        #expect(plan["status"]?["enum"] as? [String] == PlanDefinition.Status.allCases.map(\.rawValue))
    }

    @Test func `it refuses the paths that are ours`() throws {
        let definitions = try #require(try Self.schema.document["$defs"] as? [String: [String: Any]])
        let pattern = try Regex(try #require(definitions["path"]?["pattern"] as? String))
        #expect(try pattern.wholeMatch(in: "/api/v10/token") != nil)
        for path in ReservedPath.allCases.flatMap({ [$0.path, $0.below("x")] }) + ServedEndpoint.allCases.map(\.path) {
            #expect(try pattern.wholeMatch(in: path) == nil, "\(path)")
        }
    }

    @Test func `its bounds are those of the loader`() throws {
        let root = try #require(try Self.schema.document["properties"] as? [String: [String: Any]])
        let policy = try #require(root["policy"]?["properties"] as? [String: [String: Any]])
        var held = 0
        for (key, value) in policy {
            let ways = [value] + (value["anyOf"] as? [[String: Any]] ?? [])
            guard let way = ways.first(where: { $0["type"] as? String == "integer" }),
                let low = way["minimum"] as? Int, let high = way["maximum"] as? Int
            else { continue }
            for (number, isTaken) in [(low - 1, false), (low, true), (high, true), (high + 1, false)] {
                #expect(Self.takes(key, number) == isTaken, "policy.\(key): \(number)")
            }
            held += 1
        }
        #expect(held > 12)
    }

    /// Whether the loader takes a number, with the other limits out of the way.
    private static func takes(_ key: String, _ number: Int) -> Bool {
        var policy = [
            "access_token_lifetime": "10", "refresh_token_lifetime": "60", "session_idle_lifetime": "60",
            "access_token_maximum_lifetime": "30d", "refresh_token_maximum_lifetime": "3660d",
            "session_maximum_lifetime": "90d",
        ]
        policy[key] = "\(number)"
        let lines = policy.map { "  \($0.key): \($0.value)" }.sorted().joined(separator: "\n")
        let yaml = "product: {name: A}\nscopes: {read: {description: Read}}\npolicy:\n\(lines)\n"
        return (try? Product(yaml: yaml, file: "claviger.yaml")) != nil
    }

    /// Every word has the same forms.
    private static func generic(_ path: String) -> String {
        let parts = path.split(separator: ".")
        return parts.count == 3 && parts[0] == "words" ? "words.*.\(parts[2])" : path
    }

    static func products() throws -> [URL] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Products")
            .standardizedFileURL
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
    }
}

@Suite("The four products")
struct SampleProductFileTests {
    @Test func `each is read, has comments throughout, and names its schema`() throws {
        let files = try ProductSchemaTests.products()
        #expect(files.map(\.lastPathComponent) == ["allmoxy.yaml", "altruistiq.yaml", "altyaa.yaml", "onetrust.yaml"])
        for file in files {
            let product = try Product.load(from: file.path)
            #expect(product.roles.contains { $0.isForOperator })
            #expect(product.roles.contains { !$0.isForOperator && $0.permissions.contains(.membersManage) })
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            #expect(lines[0].hasPrefix("# yaml-language-server: $schema="))
            #expect((80...150).contains(lines.count))
            #expect(lines.count { $0.drop { $0 == " " }.hasPrefix("#") } >= 8)
        }
    }

    @Test func `altruistiq: four roles hold Manage API Keys, three plans have the API`() throws {
        let product = try load("altruistiq")
        let holders = product.roles.filter { $0.bundles.contains("manage-api-keys") && !$0.isForOperator }
        #expect(
            holders.compactMap(\.title) == [
                "Platform Administrator", "Sustainability Administrator", "Measurement & Reporting Professional",
                "Supply Chain Engagement Professional",
            ])
        let open = product.plans.definitions.filter { $0.features.contains(.apiAccess) }
        #expect(open.map(\.name) == ["advanced", "enterprise", "business"])
        #expect(open.filter { $0.status == .legacy }.map(\.name) == ["enterprise", "business"])
        #expect(product.endpoints.token == ["/api/public/v1/oauth2/token", "/auth/token"])
        #expect(product.policy.integrations.scopes == product.scopes.all)
        #expect(product.words[.organization].plural == "organisations")
    }

    @Test func `altyaa: owners and admins make keys, tokens live an hour and 60 days`() throws {
        let product = try load("altyaa")
        let makers = product.roles.filter { $0.permissions.contains(.apiKeysManage) && !$0.isForOperator }
        #expect(makers.compactMap(\.title) == ["Owner", "Admin"])
        #expect(product.policy.accessTokenSeconds == 3600)
        #expect(product.policy.refreshTokenSeconds == 60 * 86_400)
        #expect(product.policy.organizationHeader == "X-Altyaa-Workspace")
        #expect(product.endpoints.authorize == ["/oauth/authorize"])
        #expect(product.endpoints.token == ["/oauth/token"])
        #expect(product.endpoints.introspect == ["/oauth/token/introspect"])
        let names = product.scopes.definitions.map(\.scope.name)
        #expect(Set(["analytics.read", "posts.write", "media.read", "reviews.read"]).isSubset(of: names))
    }

    @Test func `allmoxy: one integration a company, two permissions for single contacts, tokens of 3,600 seconds`()
        throws
    {
        let product = try load("allmoxy")
        #expect(product.policy.integrations.perOrganization == .one)
        #expect(product.bundles.map(\.title) == ["edit Integrations", "Manage the API key"])
        #expect(product.role("contact")?.permissions == [])
        #expect(product.policy.accessTokenSeconds == 3600 && product.policy.accessTokenMaximumSeconds == 3600)
        #expect(product.words[.organization].plural == "companies")
    }

    @Test func `onetrust: an hour unless said, five lifetimes, 500 keys, and the query string`() throws {
        let product = try load("onetrust")
        #expect(product.policy.apiKeyLifetimes.offered == [3600, 86_400, 7 * 86_400, 30 * 86_400, 365 * 86_400])
        #expect(product.policy.apiKeyLifetimes.standard == 3600)
        #expect(product.policy.apiKeysPerAccount == 500)
        #expect(product.policy.queryCredentials)
    }

    private func load(_ name: String) throws -> Product {
        let file = try #require(try ProductSchemaTests.products().first { $0.lastPathComponent == "\(name).yaml" })
        return try Product.load(from: file.path)
    }
}
