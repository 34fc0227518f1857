/// A file that arrives in parts.
struct Upload: Sendable {
    let id: String
    let organization: OrganizationPath
    let dataSourceID: String
    /// The dataset's that will come of it.
    let fileID: String
    let fileName: String
    let userEmail: String
    /// What `complete` said, nil while it is open.
    let completed: [UploadedPart]?
    let createdAt: Timestamp
}

/// A part of an upload, as a client names it.
struct UploadedPart: Sendable, Hashable {
    let number: Int
    /// The digest of its bytes.
    let digest: String

    var json: JSONValue { ["PartNumber": .integer(number), "ETag": .text(digest)] }
}

/// A part that lies on the shelf.
struct StoredPart: Sendable {
    let part: UploadedPart
    let size: Int
    let file: String
    /// What `Content-Range` said, if it was sent: the first byte, and how many there are in all.
    let range: (start: Int, total: Int)?
}

/// A file that has arrived, and what came of it.
struct Dataset: Sendable {
    enum Status: String, Sendable {
        case received = "RECEIVED"
        case processed = "PROCESSED"
        case rejected = "REJECTED"
    }

    let id: String
    let organization: OrganizationPath
    let dataSourceID: String
    let fileName: String
    var status: Status
    /// On the shelf, in their order, until it was read.
    let files: [String]
    /// Rows in the file, as far as it was read.
    var rowCount: Int
    /// Rows that were calculated so far.
    var rowsDone: Int
    /// Emissions that came of them.
    var factCount: Int
    /// Why it was rejected.
    var errors: [JSONValue]
    /// What was left out because nobody knows a factor for it.
    var notes: [JSONValue]
    let createdAt: Timestamp
    var endedAt: Timestamp?

    /// Of errors and of notes that are kept.
    static let mostFindings = 100

    var json: JSONValue {
        [
            "datasetId": .text(id), "fileId": .text(id), "datasourceId": .text(dataSourceID),
            "fileName": .text(fileName), "status": .text(status.rawValue), "rowCount": .integer(rowCount),
            "rowsDone": .integer(rowsDone), "factCount": .integer(factCount), "errors": .list(errors),
            "notes": .list(notes), "createdAt": .text(createdAt.description),
            "endedAt": .optional(endedAt?.description),
        ]
    }
}
