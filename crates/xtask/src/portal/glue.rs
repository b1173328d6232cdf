//! What lies between the portal's module and its JavaScript: wasm-bindgen names each import and
//! export in full, in both files, and exports classes of its libraries that nobody uses. Here the
//! unused goes and the names become short. Measured: 154.0 → 146.2 KB until usable.
//!
//! The JavaScript is read line by line as the pinned wasm-bindgen writes it; what is not found where
//! it must be fails the build.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use serde_json::json;

/// The short names that wasm-opt gave, as it prints them.
#[derive(Deserialize)]
pub struct Names {
    /// Module, name, short name.
    imports: Vec<[String; 3]>,
    /// Name, short name.
    exports: Vec<[String; 2]>,
}

impl Names {
    /// Reads what `wasm-opt --minify-imports-and-exports-and-modules` printed.
    ///
    /// # Errors
    /// When it is no such list.
    pub fn parse(printed: &str) -> Result<Self> {
        serde_json::from_str(printed).context("reading the names that wasm-opt gave")
    }

    /// The graph for wasm-metadce: of the exports, those that the glue calls, and the entry point.
    pub fn graph(&self, glue: &str) -> String {
        let kept = |name: &str| name == "memory" || name.starts_with("__wbindgen") || calls(glue, name);
        let names = || self.exports.iter().map(|[name, _]| name);
        let mut nodes = vec![
            json!({ "name": "glue", "root": true, "reaches": names().filter(|n| kept(n)).collect::<Vec<_>>() }),
        ];
        nodes.extend(names().map(|name| json!({ "name": name, "export": name })));
        serde_json::Value::Array(nodes).to_string()
    }

    /// The glue with the short names, and with the imports that the module still asks for.
    ///
    /// # Errors
    /// When the glue lacks an import of the module, or the place where imports are listed.
    pub fn shorten(&self, glue: &str) -> Result<String> {
        const START: &str = "    const import0 = {\n        __proto__: null,\n";
        const END: &str = "\n    };\n";
        let start = glue.find(START).context("the glue has no list of imports")? + START.len();
        let length = glue[start..].find(END).context("the glue's list of imports has no end")?;
        let mut listed: BTreeMap<&str, &str> = entries(&glue[start..start + length]).collect();
        let mut module = None;
        let mut list = String::new();
        for [from, name, short] in &self.imports {
            let body =
                listed.remove(name.as_str()).with_context(|| format!("the glue has no import {name}"))?;
            writeln!(list, "        {short}: {body}")?;
            module = Some(from);
        }
        let module = module.context("the module imports nothing")?;
        let mut out = format!("{}{}{}", &glue[..start], list.trim_end(), &glue[start + length..]);
        // With the names, wasm-opt gave all imports one module: `a`.
        let place = format!("{module:?}: import0");
        ensure!(out.contains(&place), "the glue does not give its imports as {module}");
        out = out.replace(&place, "\"a\": import0");
        for [name, short] in &self.exports {
            out = replace_call(&out, name, short);
        }
        with_later(&out)
    }
}

/// The glue with a function that starts a later part of the portal, once the part before it runs.
fn with_later(glue: &str) -> Result<String> {
    const LOAD: &str = "    const { instance, module } = await __wbg_load(await module_or_path, imports);\n";
    ensure!(glue.contains(LOAD), "the glue does not load its module as it used to");
    Ok(format!(
        "{}\nlet shared;\nexport const later = (module) => WebAssembly.instantiate(module, {{ ...shared, b: wasm }}).then((part) => shared.c = part.exports);\n",
        glue.replace(LOAD, &format!("    shared = imports;\n{LOAD}"))
    ))
}

/// The glue without the classes that libraries export to JavaScript: the portal exports none.
pub fn without_classes(glue: &str) -> String {
    let classes: BTreeSet<&str> =
        glue.lines().filter_map(|line| line.strip_prefix("export class ")?.split(' ').next()).collect();
    items(glue)
        .filter(|item| {
            let head = item.lines().next().unwrap_or_default();
            !classes.iter().any(|class| head.contains(class))
        })
        .collect::<String>()
        // The page starts the program in one way.
        .replace("export { initSync, __wbg_init as default };", "export { __wbg_init as default };")
}

/// Top-level items: each begins on a line without indentation that is no closing bracket.
fn items(glue: &str) -> impl Iterator<Item = &str> {
    let mut starts: Vec<usize> = glue
        .match_indices('\n')
        .map(|(at, _)| at + 1)
        .filter(|at| glue[*at..].starts_with(|c: char| c.is_ascii_alphabetic()))
        .collect();
    starts.insert(0, 0);
    starts.push(glue.len());
    (1..starts.len()).map(move |i| &glue[starts[i - 1]..starts[i]])
}

/// Name and function of each import.
fn entries(list: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_head = |line: &str| {
        line.starts_with("        ") && !line.starts_with("         ") && !line.starts_with("        }")
    };
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in list.split_inclusive('\n') {
        if is_head(line) {
            starts.push(at);
        }
        at += line.len();
    }
    starts.push(list.len());
    (1..starts.len()).filter_map(move |i| {
        let (name, body) = list[starts[i - 1]..starts[i]].split_once(": ")?;
        Some((name.trim(), body.trim_end()))
    })
}

fn calls(glue: &str, name: &str) -> bool {
    let call = format!("wasm.{name}");
    glue.match_indices(&call).any(|(at, _)| ends_name(&glue[at + call.len()..]))
}

fn replace_call(glue: &str, name: &str, short: &str) -> String {
    let call = format!("wasm.{name}");
    let mut out = String::with_capacity(glue.len());
    let mut rest = glue;
    while let Some(at) = rest.find(&call) {
        let after = &rest[at + call.len()..];
        out.push_str(&rest[..at]);
        out.push_str(if ends_name(after) { "wasm." } else { &call });
        if ends_name(after) {
            out.push_str(short);
        }
        rest = after;
    }
    out + rest
}

fn ends_name(after: &str) -> bool {
    !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "export class Sink {\n    free() {\n        wasm.__wbg_sink_free(0);\n    }\n}\n\
        if (Symbol.dispose) Sink.prototype[Symbol.dispose] = 1;\n\
        function __wbg_get_imports() {\n    const import0 = {\n        __proto__: null,\n        \
        __wbg_old_12: function() { return handleError(function () {\n            old();\n        }, arguments); },\n        \
        __wbg_now_34: function(arg0) {\n            return arg0;\n        },\n    };\n    return {\n        \
        __proto__: null,\n        \"./p.js\": import0,\n    };\n}\n\
        const SinkFinalization = (typeof X === 'undefined')\n    ? 1\n    : 2;\n\
        function call(a) {\n    wasm.go(a);\n    wasm.go_on(a);\n}\n\
        async function start() {\n    \
        const { instance, module } = await __wbg_load(await module_or_path, imports);\n}\n";

    const NAMES: &str = r#"{ "imports": [["./p.js", "__wbg_now_34", "a"]],
        "exports": [["go", "b"], ["go_on", "c"], ["__wbg_sink_free", "d"], ["memory", "e"]] }"#;

    #[test]
    fn classes_of_libraries_go_with_all_that_belongs_to_them() {
        let glue = without_classes(GLUE);
        assert!(!glue.contains("Sink") && !glue.contains("sink"), "{glue}");
        assert!(glue.contains("function __wbg_get_imports") && glue.contains("function call"), "{glue}");
    }

    #[test]
    fn exports_that_the_glue_does_not_call_are_not_kept() {
        let graph = Names::parse(NAMES).unwrap().graph(&without_classes(GLUE));
        let graph: serde_json::Value = serde_json::from_str(&graph).unwrap();
        assert_eq!(graph[0]["reaches"], json!(["go", "go_on", "memory"]));
        assert_eq!(graph.as_array().unwrap().len(), 5);
    }

    #[test]
    fn both_sides_get_the_same_short_names() {
        let glue = Names::parse(NAMES).unwrap().shorten(&without_classes(GLUE)).unwrap();
        assert!(
            glue.contains("\n        a: function(arg0) {\n            return arg0;\n        },\n    };"),
            "{glue}"
        );
        assert!(!glue.contains("old"), "an import that the module does not ask for: {glue}");
        assert!(glue.contains("wasm.b(a);") && glue.contains("wasm.c(a);"), "{glue}");
        assert!(glue.contains("\"a\": import0"), "{glue}");
        assert!(
            glue.contains("    shared = imports;\n    const {") && glue.contains("export const later"),
            "{glue}"
        );
    }

    #[test]
    fn glue_of_another_shape_fails_instead_of_going_out_broken() {
        let names = Names::parse(NAMES).unwrap();
        assert!(names.shorten("export {};").is_err());
        assert!(names.shorten(&GLUE.replace("__wbg_now_34", "__wbg_new_34")).is_err());
        assert!(names.shorten(&GLUE.replace("./p.js", "./q.js")).is_err());
        assert!(Names::parse("no names").is_err());
    }
}
