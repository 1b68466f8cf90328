//! The catalog: stubs for any schema, search for any words, a description within its budget.

use codemode_run::catalog::tokens::estimate;
use codemode_run::{Catalog, Language, Observed, ServerState, ServerTools, Tool};
use serde_json::{Map, Value, json};

fn tool(server: &str, name: &str, description: &str, input_schema: Value) -> Tool {
    Tool {
        server: server.to_owned(),
        name: name.to_owned(),
        title: None,
        description: description.to_owned(),
        input_schema,
        output_schema: None,
        read_only: false,
        destructive: true,
    }
}

fn catalog(servers: Vec<(&str, Vec<Tool>)>) -> Catalog {
    let server = |(name, tools): (&str, Vec<Tool>)| ServerTools {
        name: name.to_owned(),
        state: ServerState::Ready,
        tools,
    };
    Catalog::new(servers.into_iter().map(server).collect())
}

/// Numbers that look random and are the same every time (splitmix64, Steele and others 2014).
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % below
    }

    fn text(&mut self) -> String {
        const PARTS: &[&str] = &[
            "a",
            "class",
            "\"\"\"",
            "\\",
            "\n",
            "*/",
            "'",
            "\u{202e}",
            "\u{e0041}",
            "名",
            "{",
            ")",
            ":",
            "#",
            "None",
            " ",
            "-",
            "😀",
            "\0",
            "\r",
            "$ref",
            "1",
        ];
        (0..self.next(5)).map(|_| PARTS[usize::try_from(self.next(PARTS.len() as u64)).unwrap()]).collect()
    }

    fn schema(&mut self, depth: u32) -> Value {
        if depth > 4 {
            return json!({"type": "string", "default": self.text()});
        }
        match self.next(12) {
            0 => json!({"$ref": "#"}),
            1 => json!({"$ref": "https://elsewhere.example/schema.json"}),
            2 => json!({"enum": [self.text(), 1, null, true, 1.5]}),
            3 => json!({"const": {"a": [self.text()]}}),
            4 => json!({"anyOf": [self.schema(depth + 1), self.schema(depth + 1)], "default": false}),
            5 => json!({"type": ["string", "null"], "default": null, "description": self.text()}),
            6 => json!({"type": "array", "items": self.schema(depth + 1), "default": []}),
            7 => json!({"type": "object", "additionalProperties": self.schema(depth + 1)}),
            8 => json!({"allOf": [self.schema(depth + 1), self.schema(depth + 1)]}),
            9 => json!(7),
            10 => json!({"prefixItems": [self.schema(depth + 1)], "type": "array"}),
            _ => {
                let properties: Map<String, Value> =
                    (0..self.next(4)).map(|_| (self.text(), self.schema(depth + 1))).collect();
                let required: Vec<String> = properties.keys().take(1).cloned().collect();
                json!({"type": "object", "properties": properties, "required": required, "description": self.text()})
            }
        }
    }
}

#[test]
fn stubs_of_any_schema_parse_as_python_and_no_words_break_the_search() {
    let mut random = Random(1);
    for _ in 0..400 {
        let properties: Map<String, Value> = (0..4).map(|_| (random.text(), random.schema(0))).collect();
        let input = json!({"type": "object", "properties": properties, "required": [random.text()]});
        let (name, description) = (random.text(), random.text());
        let mut odd = tool("s", &name, &description, input);
        odd.output_schema = Some(random.schema(0));
        let catalog = catalog(vec![("s", vec![odd.clone(), odd])]);
        let tools = catalog.tools_of("s").unwrap();
        let stubs = Catalog::stubs(Language::Python, &tools, &Observed::default());
        let read = codemode_source::read(Language::Python, &stubs);
        assert!(read.is_ok(), "{}\n{stubs}", read.unwrap_err());
        for language in [Language::TypeScript, Language::Bash] {
            Catalog::stubs(language, &tools, &Observed::default());
        }
        catalog.search(&random.text(), 5);
        catalog.summary(200);
    }
}

#[test]
fn a_stub_says_what_a_tool_takes_in_the_form_of_each_language() {
    let schema = json!({
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "what it is about"},
            "draft": {"type": "boolean", "default": false},
            "state": {"enum": ["open", "closed"]},
            "labels": {"type": "array", "items": {"$ref": "#/$defs/label"}},
        },
        "required": ["title"],
        "$defs": {"label": {"type": "object", "properties": {"name": {"type": "string"}, "parent": {"$ref": "#/$defs/label"}}, "required": ["name"]}},
    });
    let mut create = tool("git-hub", "create-issue", "Creates an issue.", schema);
    create.output_schema = Some(
        json!({"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}),
    );
    let catalog = catalog(vec![("git-hub", vec![create])]);
    let stubs = |language| Catalog::stubs(language, &catalog.search("issues", 1), &Observed::default());
    assert_eq!(
        stubs(Language::Python),
        "class git_hub:\n    def create_issue(title: str, draft: bool = False, state: Literal[\"open\", \"closed\"] = ..., \
         labels: list[{\"name\": str, \"parent?\": Any}] = ...) -> {\"number\": int}:\n        \
         \"\"\"Creates an issue.\n        title: what it is about\n        \"\"\"\n"
    );
    assert_eq!(
        stubs(Language::TypeScript),
        "/**\n * Creates an issue.\n */\ngit_hub.create_issue(args: {\n  title: string; // what it is about\n  \
         draft?: boolean; // default false\n  state?: \"open\" | \"closed\";\n  labels?: {name: string; parent?: any}[];\n\
         }): Promise<{number: number}>;\n"
    );
}

#[test]
fn the_description_keeps_its_budget_and_is_fair_and_honest() {
    let names: Vec<String> = (0..20).map(|number| format!("server{number:02}")).collect();
    let schema = json!({"type": "object", "properties": {"path": {"type": "string"}, "limit": {"type": "integer"}}, "required": ["path"]});
    let tools = |server: &str, count: usize| {
        (0..count)
            .map(|number| {
                tool(server, &format!("read_item_{number}"), "Reads one item of the list.", schema.clone())
            })
            .collect()
    };
    let many = catalog(names.iter().map(|name| (name.as_str(), tools(name, 15))).collect());
    let text = many.summary(1500);
    assert!(estimate(&text) <= 1500, "{}", estimate(&text));
    assert_eq!(text, many.summary(1500));
    let shown: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
    assert_eq!(shown.len(), 20);
    assert!(shown.iter().all(|line| line.contains(" of 15 tools; search for the rest")), "{text}");
    let few = catalog(vec![("a", tools("a", 2))]);
    assert_eq!(
        few.summary(1500),
        "# a: all 2 tools\nread_item_0(path: str, limit?: int) # Reads one item of the list\n\
         read_item_1(path: str, limit?: int) # Reads one item of the list"
    );
}
