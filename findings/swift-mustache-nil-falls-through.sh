#!/usr/bin/env bash
# Subject:   swift-mustache 2.1.1 (hummingbird-project), rendering values with optional properties.
# Expected:  {{title}} inside {{#item}} is the item's title, and nothing where that is nil: the item has that property. So
#            does mustache.js with null.
# Real:      a property that is nil counts as not there, and the name is looked up further out: the item gets the title of
#            the page around it, and {{#action}} shows the page's action under each item that has none.
# Matters:   a part of a page shows a button, link or name that belongs to something else, only where its own is left
#            out; nothing warns, and a template that was right breaks when the page around it gains a property.
set -euo pipefail

command -v swift >/dev/null || { echo "swift is needed" >&2; exit 2; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder/Sources/Finding"
cat >"$folder/Package.swift" <<'END'
// swift-tools-version: 6.0
import PackageDescription

let package = Package(
    name: "Finding",
    dependencies: [.package(url: "https://github.com/hummingbird-project/swift-mustache.git", exact: "2.1.1")],
    targets: [
        .executableTarget(name: "Finding", dependencies: [.product(name: "Mustache", package: "swift-mustache")])
    ]
)
END
cat >"$folder/Sources/Finding/main.swift" <<'END'
import Mustache

struct Action { let label: String }
struct Item {
    let name: String
    let title: String?
    let action: Action?
}
struct Page {
    let title: String
    let action: Action?
    let items: [Item]
}

let page = Page(
    title: "Settings", action: Action(label: "Delete everything"),
    items: [
        Item(name: "first", title: "Own title", action: Action(label: "Open")),
        Item(name: "second", title: nil, action: nil),
    ])
let template = try MustacheTemplate(
    string: "{{#items}}{{name}}: [{{title}}] [{{#action}}{{label}}{{/action}}]\n{{/items}}")
print(template.render(page), terminator: "")
END

cd "$folder"
timeout 480 swift build --quiet >"$folder/build.log" 2>&1 || { tail -5 "$folder/build.log" >&2; exit 2; }
seen=$(.build/debug/Finding)
echo "swift-mustache 2.1.1"
echo "$seen"
expected="first: [Own title] [Open]
second: [Settings] [Delete everything]"
[ "$seen" = "$expected" ] || { echo "CHANGED: where a property that is nil is looked up" >&2; exit 1; }
