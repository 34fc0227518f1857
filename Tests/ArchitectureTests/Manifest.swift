/// What `Package.swift` says about the targets under `Sources`, read as text.
struct Manifest {
    /// The targets of ours that each target depends on directly.
    let dependencies: [String: Set<String>]

    var sourceTargets: [String] { dependencies.keys.sorted() }

    init() throws {
        let text = try Repository.text(of: "Package.swift")
        let start = /\.(?:target|executableTarget|systemLibrary|testTarget)\(/
        var found: [String: Set<String>] = [:]
        for declaration in text.split(separator: start).dropFirst() {
            guard let name = declaration.firstMatch(of: /name: "(\w+)"/).map({ String($0.1) }) else { continue }
            // Those with a path of their own, or whose name ends in Tests, are not under Sources.
            guard !declaration.contains("path: \""), !name.hasSuffix("Tests") else { continue }
            let list = declaration.firstMatch(of: /dependencies: \[((?:[^\[\]]|\[[^\]]*\])*)\]/).map { $0.1 } ?? ""
            let withoutProducts = list.replacing(/\.product\([^)]*\)/, with: "")
            found[name] = Set(withoutProducts.matches(of: /"(\w+)"/).map { String($0.1) })
        }
        dependencies = found
    }
}
