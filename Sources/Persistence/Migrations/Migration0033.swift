extension Migration {
    /// Whose a client secret is that somebody found: it comes without its client.
    static let migration0033 = Migration(
        number: 33, name: "client secrets by digest", servedFrom: 26,
        sqlite: "CREATE INDEX client_secret_digest ON client_secret (digest);",
        postgres: "CREATE INDEX client_secret_digest ON client_secret (digest);"
    )
}
