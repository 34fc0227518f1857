/// A type that says itself what templates read of it. Every other one is read by reflection, which takes some fifty times as
/// long: whatever a page has many of should say it (decision record 0038).
package protocol TemplateReadable {
    /// The names of its stored properties.
    static var templateNames: TemplateNames { get }
    /// What is in them, in the order of the names.
    var templateValues: [TemplateValue] { get }
}
