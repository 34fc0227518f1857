import HTTPServing
import Model
import ProductDefinition

extension JSONWriter {
    /// Writes `plans`, with the limits that hold under each, and `default_plan`.
    mutating func plans(_ plans: PlanCatalogue, under policy: ProductPolicy) {
        name("plans")
        array(plans.definitions) { json, plan in
            json.object { json in
                json.member("name", plan.name)
                json.member("title", plan.title ?? plan.name)
                json.member("status", plan.status.rawValue)
                json.member("features", plan.features.map(\.rawValue).sorted())
                json.name("maximum_per_account")
                json.object { json in
                    for limit in AccountLimit.allCases {
                        json.name(limit.rawValue)
                        json.integer(plan.maximum(of: limit, under: policy))
                    }
                }
            }
        }
        member("default_plan", plans.standard)
    }

    /// Writes `permissions`: the product's own names for several of ours together.
    mutating func permissions(_ bundles: [PermissionBundle]) {
        name("permissions")
        array(bundles) { json, bundle in
            json.object { json in
                json.member("name", bundle.name)
                json.member("title", bundle.title ?? bundle.name)
                json.member("description", bundle.description)
                json.member("gives", bundle.permissions.map(\.rawValue).sorted())
            }
        }
    }

    /// Writes `words`: what people are told that things are called.
    mutating func words(_ words: ProductWords) {
        name("words")
        object { json in
            for term in Term.allCases {
                json.name(term.rawValue)
                json.object { json in
                    json.member("singular", words[term].singular)
                    json.member("plural", words[term].plural)
                    json.member("article", words[term].article)
                }
            }
        }
    }
}
