import DefinitionFile

extension AccessKeyPolicy {
    /// The policy that the file says.
    init(entry: FileEntry) throws(DefinitionError) {
        // One of YAML's words for false, which means itself here.
        self = entry.isOff ? .off : try entry.word(AccessKeyPolicy.self, of: "choice")
    }
}
