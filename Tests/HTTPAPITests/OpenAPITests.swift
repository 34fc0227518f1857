import Model
import Policy
import ProductDefinition
import Testing
import TextForms

@testable import HTTPAPI

@Suite("The OpenAPI document and the routes")
struct OpenAPITests {
    private let document = try? OpenAPIDocument(at: PublicAddress(issuer: "https://example.com/auth"))

    private func root() throws -> JSONObject {
        guard case .object(let root) = try JSONParser.parse(try #require(document).json) else {
            throw OpenAPIDocument.Failure.empty
        }
        return root
    }

    /// What the document has under `paths`: `METHOD path` and the operation.
    private func operations() throws -> [String: JSONObject] {
        var found: [String: JSONObject] = [:]
        for path in try #require(try root()["paths"]?.members) {
            for operation in path.value.members ?? [] where Self.methods.contains(operation.name) {
                guard case .object(let object) = operation.value else { continue }
                found["\(operation.name.uppercased()) \(path.name)"] = object
            }
        }
        return found
    }

    private static let methods: Set = ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
    private static let ledger = ManagementAPI.routes + Route.servedElsewhere

    @Test func `every route is in the document, under its operation`() throws {
        let operations = try operations()
        for route in Self.ledger {
            let described = operations["\(route.method.rawValue) \(route.path)"]
            #expect(described?["operationId"] == .string(route.operation), "\(route.method.rawValue) \(route.path)")
        }
    }

    @Test func `every operation of the document is a route`() throws {
        let routes = Set(Self.ledger.map { "\($0.method.rawValue) \($0.path)" })
        #expect(Set(try operations().keys).subtracting(routes) == [])
    }

    @Test func `no two routes are one, and no two operations`() {
        #expect(Set(Self.ledger.map { "\($0.method.rawValue) \($0.path)" }).count == Self.ledger.count)
        #expect(Set(Self.ledger.map(\.operation)).count == Self.ledger.count)
    }

    @Test func `every canonical path has a route`() {
        #expect(Set(ServedEndpoint.allCases.map(\.path)).subtracting(Self.ledger.map(\.path)) == [])
    }

    @Test func `every route stands where no product can lay a path of its own`() {
        #expect(Self.ledger.map(\.path).filter { !ReservedPath.covers($0) } == [])
    }

    @Test func `the document names the permission that a route needs`() throws {
        let operations = try operations()
        for route in ManagementAPI.routes {
            let described = operations["\(route.method.rawValue) \(route.path)"]?["x-claviger-permission"]
            switch route.caller {
            case .permission(let permission), .operatorWith(let permission):
                #expect(described == .string(permission.rawValue), "\(route.operation)")
            // The text says which.
            case .anyone, .client, .app, .browser, .gateway, .holder, .partner, .anyManagementScope, .anyPermission:
                #expect(described == nil, "\(route.operation)")
            }
        }
    }

    @Test func `whatever changes something may be waited for, and says who has confirmed`() throws {
        let root = JSONValue.object(try root())
        let operations = try operations()
        for route in ManagementAPI.routes where route.method != .get && !ManagementAPI.relayed.contains(route) {
            let operation = try #require(operations["\(route.method.rawValue) \(route.path)"].map(JSONValue.object))
            #expect(operation.references.contains("#/components/parameters/Prefer"), "\(route.operation)")
            let replies = operation["responses"]?.members ?? []
            for reply in replies where reply.name.hasPrefix("2") {
                var described = reply.value
                if let place = described.references.first, described["$ref"] != nil {
                    for step in place.split(separator: "/").dropFirst() {
                        described = described["$ref"] == nil ? described : root
                        described = try #require(described[String(step)])
                    }
                }
                let headers = Set(described["headers"]?.members?.map(\.name) ?? [])
                #expect(headers.isSuperset(of: ["Preference-Applied", "Claviger-Confirmed"]), "\(route.operation)")
            }
        }
    }

    @Test func `every parameter of a path is described`() throws {
        let parameters = try #require(try root()["components"]?["parameters"]?.members)
        let names = Set(parameters.compactMap { $0.value["name"] })
        for route in ManagementAPI.routes {
            for part in route.path.split(separator: "/") where part.hasPrefix("{") {
                #expect(names.contains(.string(String(part.dropFirst().dropLast()))), "\(route.path)")
            }
        }
    }

    @Test func `every reference of the document leads somewhere`() throws {
        let root = JSONValue.object(try root())
        let references = Set(root.references)
        #expect(references.count > 50)
        for reference in references {
            var place: JSONValue? = root
            for step in reference.split(separator: "/").dropFirst() { place = place?[String(step)] }
            #expect(place != nil, "\(reference)")
        }
    }

    @Test func `its version and its words are those of OpenAPI 3_1`() throws {
        let root = try root()
        #expect(root["openapi"] == "3.1.0")
        #expect(root["info"]?["title"] == "Claviger")
    }

    @Test func `every value that is described has an example, or says itself what it may be`() throws {
        let root = JSONValue.object(try root())
        var found: [String] = []
        root.visit("") { place, value in
            if value["properties"] == nil, value["schema"] != nil, !value.isExemplified(in: root) {
                found.append(place)
            }
            for property in value["properties"]?.members ?? [] where !property.value.isExemplified(in: root) {
                found.append("\(place).\(property.name)")
            }
        }
        #expect(found == [])
    }

    @Test func `what the server bounds is bounded in the document`() throws {
        let root = JSONValue.object(try root())
        let parameters = try #require(root["components"]?["parameters"])
        for name in ["Cursor", "IfMatch", "IfNoneMatch", "IdempotencyKey"] {
            let schema = try #require(parameters[name]?["schema"])
            #expect(schema["pattern"] != nil && schema["minLength"] != nil && schema["maxLength"] != nil, "\(name)")
        }
        let schemas = try #require(root["components"]?["schemas"]?.members)
        for schema in schemas where schema.name.hasSuffix("Identifier") {
            #expect(schema.value["pattern"] != nil, "\(schema.name)")
        }
        for name in ["Scopes", "RedirectURIs", "SignedOutURIs", "AllowedAddresses", "Audiences"] {
            let items = try #require(schemas.first { $0.name == name }?.value["items"])
            #expect(items["pattern"] != nil && items["minLength"] != nil && items["maxLength"] != nil, "\(name)")
        }
    }

    @Test func `what conditions are answered with is described at every operation of the management API`() throws {
        let operations = try operations()
        for route in ManagementAPI.routes where !ManagementAPI.relayed.contains(route) {
            let operation = try #require(operations["\(route.method.rawValue) \(route.path)"].map(JSONValue.object))
            let statuses = Set(operation["responses"]?.members?.map(\.name) ?? [])
            let wanted: Set<String> = route.method == .get ? ["304", "400", "412"] : ["400", "412"]
            #expect(statuses.isSuperset(of: wanted), "\(route.operation)")
            guard route.method != .post else { continue }
            for name in ["IfMatch", "IfNoneMatch"] {
                #expect(operation.references.contains("#/components/parameters/\(name)"), "\(route.operation)")
            }
        }
    }

    @Test func `its server is the issuer`() throws {
        #expect(
            try root()["servers"]
                == .array([
                    .object(
                        .init([
                            .init(name: "url", value: "https://example.com/auth"),
                            .init(name: "description", value: "The configured issuer, with its path if it has one."),
                        ]))
                ]))
    }

    @Test func `its examples hold no secret`() throws {
        let text = String(decoding: try #require(document).yaml, as: UTF8.self)
        let secret = #/clv_(key|cs|ak|at|rt|code|inv)_[0-9A-Za-z]{12,}/#
        #expect(text.firstMatch(of: secret) == nil)
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    /// So that expectations can be written as the JSON is.
    init(stringLiteral text: String) { self = .string(text) }

    fileprivate var members: [JSONObject.Member]? {
        if case .object(let object) = self { object.members } else { nil }
    }

    fileprivate subscript(name: String) -> JSONValue? {
        members?.first { $0.name == name }?.value
    }

    /// Calls for each object in it.
    fileprivate func visit(_ place: String, _ body: (String, JSONValue) -> Void) {
        switch self {
        case .object(let object):
            body(place, self)
            for member in object.members { member.value.visit("\(place)/\(member.name)", body) }
        case .array(let values):
            for (index, value) in values.enumerated() { value.visit("\(place)[\(index)]", body) }
        default: break
        }
    }

    /// Whether a reader of the document sees what the value may look like.
    fileprivate func isExemplified(in root: JSONValue) -> Bool {
        let telling = ["example", "examples", "enum", "const", "default"]
        if telling.contains(where: { self[$0] != nil }) || self["type"] == "null" { return true }
        if let reference = self["$ref"], case .string(let target) = reference {
            let found = target.split(separator: "/").dropFirst().reduce(root as JSONValue?) { $0?[String($1)] }
            return found?.isExemplified(in: root) ?? false
        }
        if let schema = self["schema"] { return schema.isExemplified(in: root) }
        if let properties = self["properties"]?.members {
            return properties.allSatisfy { $0.value.isExemplified(in: root) }
        }
        if case .array(let parts)? = self["allOf"] ?? self["oneOf"] {
            return parts.allSatisfy { $0.isExemplified(in: root) }
        }
        if let items = self["items"] { return items.isExemplified(in: root) }
        return self["additionalProperties"] == .bool(false) || (self["required"] != nil && self["type"] == nil)
    }

    /// The values of all `$ref`.
    fileprivate var references: [String] {
        switch self {
        case .object(let object):
            object.members.flatMap { member -> [String] in
                if member.name == "$ref", case .string(let target) = member.value { return [target] }
                return member.value.references
            }
        case .array(let values): values.flatMap(\.references)
        default: []
        }
    }
}
