import Foundation
import Testing

/// What people read calls things as the product does: the sentences of pages and letters, and of what services refuse, name
/// none of them by a word of ours. What the protocols say to programs keeps their terms.
@Suite("Sentences that people read")
struct WordRuleTests {
    /// The parts list has made-up words, and nobody but developers sees it.
    private static let sentences = SourceFile.ours.filter { file in
        ["WebConsole", "SignIn", "Organizations", "Credentials"].contains(file.target) && file.name != "PartsPage"
    }

    private static let templates: [String] =
        (try? Repository.names(in: folder))?.filter { $0.hasSuffix(".mustache") && $0 != "parts.mustache" } ?? []
    private static let folder = "Sources/WebConsole/Templates"

    @Test(arguments: sentences)
    func `say the product's words and not ours`(_ file: SourceFile) {
        #expect(file.literals.filter(Self.isSentence).flatMap(Self.ownWords) == [])
    }

    @Test(arguments: templates)
    func `say them in templates, too`(_ name: String) throws {
        let text = try Repository.text(of: "\(Self.folder)/\(name)").replacing(/\{\{[^}]*\}\}/, with: "")
        let attributes = text.matches(of: /(?:aria-label|alt|title|placeholder)="([^"]*)"/).map { String($0.1) }
        let shown = text.replacing(/<[^>]*>/, with: " ")
        #expect((attributes + [shown]).flatMap(Self.ownWords) == [])
    }

    @Test(arguments: templates)
    func `ask for terms and forms that there are`(_ name: String) throws {
        let terms: Set = [
            "account", "organization", "member", "contact", "integration", "app", "connection", "api_key", "access_key",
            "client_id", "client_secret",
        ]
        let forms: Set = ["singular", "plural", "indefinite", "capitalized", "capitalizedPlural"]
        let text = try Repository.text(of: "\(Self.folder)/\(name)")
        for use in text.matches(of: /\{\{terms\.([^}.]*)\.?([^}]*)\}\}/) {
            #expect(terms.contains(String(use.1)) && forms.contains(String(use.2)), "\(use.0)")
        }
    }

    @Test func `are told apart from names and values`() {
        #expect(Self.isSentence("Choose an organization") && Self.isSentence("Organizations"))
        #expect(!Self.isSentence("member ") && !Self.isSentence("api-keys"))
        #expect(Self.ownWords("An admin of your organization made 3 API keys") == ["organization", "API keys"])
        #expect(Self.ownWords("Back to your account, by your authenticator app") == [])
        #expect(Self.ownWords("This account is suspended.") == ["account"])
    }

    /// Names of fields and columns have neither a space nor a capital.
    private static func isSentence(_ literal: String) -> Bool {
        let text = literal.trimmingCharacters(in: .whitespacesAndNewlines)
        return text.contains(" ") || text.first?.isUppercase == true
    }

    /// Our words in a text. One's own account is everybody's word, and an authenticator app is none of ours.
    private static func ownWords(_ text: String) -> [String] {
        let others = /(?i)\b(?:your|another|an)\s+account\b|^\s*account\s*$|authenticator app/.anchorsMatchLineEndings()
        let ours =
            /(?i)\b(accounts?|organi[sz]ations?|members?|contacts|integrations?|apps?|connections?|api keys?|access keys?|client ids?|client secrets?)\b/
        return text.replacing(others, with: "").matches(of: ours).map { String($0.0) }
    }
}

/// Where a name of ours stands for something that the field has a term for, the first comment says the term: whoever searches
/// for it comes to the right file.
@Suite("Terms of the field")
struct TermTests {
    @Test(arguments: [
        ("cache", "VerifierMemory"), ("invalidat", "Validity"), ("evict", "BoundedMemory"),
        ("negative cache", "VerifierMemory"), ("open-addressed", "FlatIndex"), ("interned", "KnownTerms"),
        ("token bucket", "LookUpLimit"), ("rate limit", "SignInThrottle"), ("back-off", "SignInThrottle"),
        ("single flight", "SharedRun"), ("CSRF", "FormToken"), ("flash message", "Done"),
        ("open redirect", "ReturnPath"),
        ("group commit", "GroupCommit"), ("keyset pagination", "ListPlace"), ("fencing token", "Lease"),
        ("idempoten", "FormRepetitions"), ("row-level security", "AccountRole"),
    ])
    func `a search for one finds its place`(_ term: String, _ name: String) {
        let found = SourceFile.ours.filter { file in
            file.comments.contains { $0.lowercased().contains(term.lowercased()) }
        }
        #expect(found.map(\.name).contains(name))
    }
}
