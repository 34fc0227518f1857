/// Lets time pass for what a server keeps, by writing it past the server: nobody waits.
extension ServerDatabase {
    /// Has every member have proved who they are so much earlier.
    package func age(authenticationsBy seconds: Int) async throws {
        try await change("UPDATE member_session SET authenticated_at = authenticated_at - \(seconds * 1000)")
    }

    /// Has every user for whom an app acts have signed in so much earlier.
    package func age(signInsOfAppsBy seconds: Int) async throws {
        try await change("UPDATE refresh_lineage SET authenticated_at = authenticated_at - \(seconds * 1000)")
    }

    /// Has every session end so much earlier.
    package func age(sessionsBy seconds: Int) async throws {
        try await change("UPDATE member_session SET expires_at = expires_at - \(seconds * 1000)")
    }

    /// Has every node have said so much earlier which master keys it was given.
    package func age(masterKeyHoldersBy seconds: Int) async throws {
        try await change("UPDATE master_key_holder SET seen_at = seen_at - \(seconds * 1000)")
    }

    /// Has every one-time link end so much earlier.
    package func age(linksBy seconds: Int) async throws {
        try await change("UPDATE one_time_link SET expires_at = expires_at - \(seconds * 1000)")
    }

    /// Has the integrations of a label have been made so much earlier, with their secrets.
    ///
    /// - Parameter label: Without quotation marks in it.
    package func age(integration label: String, by seconds: Int) async throws {
        let span = seconds * 1000
        try await change(
            """
            UPDATE integration SET created_at = created_at - \(span), secret_at = secret_at - \(span) \
            WHERE label = '\(label)'
            """)
    }

    /// The same for the API keys of a name, which end when they did.
    package func age(apiKey name: String, by seconds: Int) async throws {
        let span = seconds * 1000
        try await change(
            """
            UPDATE api_key SET created_at = created_at - \(span), rotated_at = rotated_at - \(span) \
            WHERE name = '\(name)'
            """)
    }

    /// Runs a statement beside the server.
    func change(_ statement: String) async throws {
        if let postgres { return try await postgres.execute(statement) }
        let script = """
            import sqlite3, sys
            connection = sqlite3.connect(sys.argv[1], timeout=10)
            connection.execute(sys.argv[2])
            connection.commit()
            """
        let run = try await FinishedCommand.python(["-c", script, folder.path + "/data/claviger.db", statement])
        guard run.status == 0 else { throw ServerFailure(run.text) }
    }
}
