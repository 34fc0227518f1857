import HTTPServing
import MerkleLog

extension QueryParameters {
    /// A number of entries or of an entry, nil where it is not given.
    ///
    /// - Throws: A problem with 400 for what is no whole number from 0 to 2^48.
    func number(_ name: String) throws(ProblemDocument) -> Int? {
        guard let text = try single(name) else { return nil }
        guard (1...15).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(text), number <= MerkleTree.maximumSize
        else { throw .badParameter(name, "must be a whole number from 0 to \(MerkleTree.maximumSize).") }
        return number
    }
}
