import Model
import Policy

extension FieldChecks {
    /// The URIs that these texts spell, in the order given. None may be there twice, also not as a loopback address whose
    /// port alone differs: of those one stands for all (RFC 8252 §7.3).
    ///
    /// - Parameter reserved: Parameters that no query of them may have, because our answer has them (threat R7).
    mutating func redirectURIs(
        _ field: String, _ texts: [String], count: ClosedRange<Int>, without reserved: Set<String>
    ) -> [RedirectURI] {
        require(texts.count >= count.lowerBound, field, "required", "Must name at least one URI.")
        require(texts.count <= count.upperBound, field, "too_many", "Must be at most \(count.upperBound) URIs.")
        var uris: [RedirectURI] = []
        for (index, text) in texts.prefix(count.upperBound).enumerated() {
            let place = "\(field).\(index)"
            do throws(RedirectURI.Problem) {
                let uri = try RedirectURI(parsing: text)
                guard !uri.hasParameter(among: reserved) else { throw RedirectURI.Problem.answerParameter }
                require(!uris.contains { $0.matches(text) }, place, "duplicate", "Is there already.")
                uris.append(uri)
            } catch {
                refuse(place, "invalid", error.explanation)
            }
        }
        return uris
    }

    /// The link that a text spells, nil for none.
    mutating func link(_ field: String, _ text: String?) -> WebLink? {
        guard let text else { return nil }
        do {
            return try WebLink(parsing: text)
        } catch .scheme {
            refuse(field, "invalid", "A link must begin with https://.")
        } catch {
            refuse(field, "invalid", error.explanation)
        }
        return nil
    }
}
