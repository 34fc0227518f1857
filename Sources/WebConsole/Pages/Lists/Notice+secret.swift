extension Notice {
    /// That a secret stands in the address of a search.
    ///
    /// - Parameter find: Where one asks by a secret.
    static func searchedForSecret(_ find: PageLink) -> Notice {
        .bad(
            "You searched for a secret. The address of this page has it now, where your browser and others may keep it: replace it by another. A secret is safe here:",
            link: find)
    }
}
