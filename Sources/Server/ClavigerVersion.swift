/// The version of this program, as `--version` and the log say it.
enum ClavigerVersion {
    static let current = "0.1.0"
}
