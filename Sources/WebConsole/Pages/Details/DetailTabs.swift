extension ConsoleVisit {
    /// The pages of one thing, of which this is one.
    func tabs(of title: String, _ id: String, _ pages: [(String, ConsolePage)]) -> Tabs {
        Tabs(
            title: title,
            items: pages.map { words, page in
                Tabs.Item(words: words, address: link(page, id), isCurrent: page == self.page)
            })
    }
}
