import DefinitionFile

extension ProductKeys {
    enum Place: String, CaseIterable {
        case title, pages
    }

    enum PlacePage: String, CaseIterable {
        case title, shows, sections, button
    }

    enum PlaceSection: String, CaseIterable {
        case title, shows, button
    }
}

extension ConsolePlaces {
    /// The places that a list of the file says, and the sections that it hides.
    init(entry: FileEntry?, hidden: FileEntry?, words: ProductWords) throws(DefinitionError) {
        var seen: Set<ConsoleSection> = []
        var places: [Place] = []
        for entry in try entry?.list(maximum: Self.maximumCount) ?? [] {
            places.append(try Place(entry: entry, words: words, seen: &seen))
        }
        if let entry, places.isEmpty {
            throw entry.error("must have at least one place; leave it out for the usual ones")
        }
        var hiddenOnes: Set<ConsoleSection> = []
        for entry in try hidden?.list() ?? [] {
            let section = try entry.word(ConsoleSection.self, of: "section")
            guard hiddenOnes.insert(section).inserted else {
                throw entry.error("\(section.rawValue) stands here twice")
            }
            guard !seen.contains(section) else { throw entry.error("\(section.rawValue) stands in places, too") }
        }
        self.init(places, hidden: hiddenOnes)
    }
}

extension ConsolePlaces.Place {
    fileprivate init(entry: FileEntry, words: ProductWords, seen: inout Set<ConsoleSection>) throws(DefinitionError) {
        let parts = try entry.section(ProductKeys.Place.self)
        guard let title = parts[.title] else { throw entry.error("title is missing") }
        guard let list = parts[.pages] else { throw entry.error("pages is missing") }
        var pages: [ConsolePlaces.Page] = []
        for entry in try list.list(maximum: ConsolePlaces.maximumCount) {
            pages.append(try ConsolePlaces.Page(entry: entry, words: words, seen: &seen))
        }
        guard !pages.isEmpty else { throw list.error("must have at least one page") }
        self.init(title: try title.text(maximum: ConsolePlaces.maximumTitle), pages: pages)
    }
}

extension ConsolePlaces.Page {
    /// A page of one section, or of several.
    fileprivate init(entry: FileEntry, words: ProductWords, seen: inout Set<ConsoleSection>) throws(DefinitionError) {
        let parts = try entry.section(ProductKeys.PlacePage.self)
        let title = try parts[.title]?.text(maximum: ConsolePlaces.maximumTitle)
        var sections: [ConsolePlaces.Section] = []
        switch (parts[.shows], parts[.sections]) {
        case (.some(let shows), .none):
            sections = [
                try ConsolePlaces.Section(shows: shows, title: title, button: parts[.button], words: words, seen: &seen)
            ]
        case (.none, .some(let list)):
            if let button = parts[.button] { throw button.error("belongs to one of the sections") }
            for entry in try list.list(maximum: ConsolePlaces.maximumCount) {
                let parts = try entry.section(ProductKeys.PlaceSection.self)
                guard let shows = parts[.shows] else { throw entry.error("shows is missing") }
                let title = try parts[.title]?.text(maximum: ConsolePlaces.maximumTitle)
                sections.append(
                    try ConsolePlaces.Section(
                        shows: shows, title: title, button: parts[.button], words: words, seen: &seen))
            }
        case (.none, .none), (.some, .some): throw entry.error("must have either shows or sections")
        }
        guard let first = sections.first else { throw entry.error("must have at least one section") }
        self.init(title: title ?? first.title, sections: sections)
    }
}

extension ConsolePlaces.Section {
    fileprivate init(
        shows entry: FileEntry, title: String?, button: FileEntry?, words: ProductWords,
        seen: inout Set<ConsoleSection>
    ) throws(DefinitionError) {
        let section = try entry.word(ConsoleSection.self, of: "section")
        guard seen.insert(section).inserted else { throw entry.error("\(section.rawValue) stands in places twice") }
        if let button, !section.makesThings {
            throw button.error("nothing is made in \(section.rawValue)")
        }
        self.init(
            title: title ?? section.title(in: words), section: section,
            button: try button?.text(maximum: ConsolePlaces.maximumTitle))
    }
}
