//! Splits the portal's module in three: what the first screens need, what comes right after them, and
//! the quiz, which comes when it is asked for.
//!
//! `src/later.rs` reaches the later screens through one pointer, its gate, and these reach the quiz
//! through that of `src/quiz.rs`. The linker's relocations tell exactly what is reached without a
//! gate: that stays. All else (functions, and the words and tables that only these use) goes into a
//! module of its own, which shares the first one's memory and function table. The table's slots and
//! the memory's addresses are the one thing that no later tool changes, so what is found in the
//! linked file holds for the optimised one.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context as _, Result, bail, ensure};
use walrus::ir::Value;
use walrus::{
    ConstExpr, DataKind, ElementItems, ElementKind, ExportItem, FunctionId, FunctionKind, GlobalKind,
    ImportKind, ImportedFunction, Module, ModuleConfig,
};
use wasmparser::{
    DataKind as LinkedData, ElementItems as LinkedItems, ElementKind as LinkedElements, ExternalKind,
    KnownCustom, Linking, Operator, Parser, Payload, RelocationType, SymbolInfo, TypeRef,
};

/// The gates' symbols, as the compiler writes the paths `bon_geste::later::GATE` and
/// `bon_geste::quiz::GATE`. What lies behind one may pass those before it.
const GATES: [&str; 2] = ["9bon_geste5later4GATE", "9bon_geste4quiz4GATE"];

/// How many parts the gates make.
const PARTS: usize = GATES.len() + 1;

/// What only a gate, or one after it, reaches.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Beyond {
    /// Slots of the function table.
    pub slots: BTreeSet<u32>,
    /// Addresses in memory.
    pub data: Vec<Range<u32>>,
}

/// A function or a piece of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Function(u32),
    Data(usize),
}

/// One relocation: who refers to whom, and whether through the function table.
struct Reference {
    from: Option<Node>,
    to: Node,
    by_slot: bool,
}

/// A piece of data: its address and length.
struct Piece {
    at: u32,
    size: u32,
    /// Which of [`GATES`] it is.
    gate: Option<usize>,
}

/// Finds what lies beyond each gate in a module that was linked with its relocations.
///
/// # Errors
/// When the module was linked without them, or lacks a gate.
pub fn beyond(linked: &[u8]) -> Result<Vec<Beyond>> {
    let linked = Linked::read(linked).context("reading the linked portal")?;
    ensure!(!linked.relocations.is_empty(), "the portal was linked without --emit-relocs");
    for (gate, symbol) in GATES.iter().enumerate() {
        ensure!(linked.pieces.iter().any(|p| p.gate == Some(gate)), "the linked portal has no {symbol}");
    }
    let references = linked.references();
    let mut out: BTreeMap<Option<Node>, Vec<&Reference>> = BTreeMap::new();
    for reference in &references {
        out.entry(reference.from).or_default().push(reference);
    }
    Ok((0..GATES.len()).map(|closed| linked.beyond(closed, &out)).collect())
}

impl Piece {
    fn range(&self) -> Range<u32> {
        self.at..self.at + self.size
    }
}

/// What of `range` none of `others` (sorted by their start) covers.
fn without(range: Range<u32>, others: &[Range<u32>]) -> Vec<Range<u32>> {
    let mut rest = Vec::new();
    let mut start = range.start;
    for other in others.iter().filter(|o| o.start < range.end && o.end > range.start) {
        if other.start > start {
            rest.push(start..other.start);
        }
        start = start.max(other.end);
    }
    if start < range.end {
        rest.push(start..range.end);
    }
    rest
}

/// Ranges in their order, as one where nothing of `others` lies between: only padding does.
fn joined(mut ranges: Vec<Range<u32>>, others: &[Range<u32>]) -> Vec<Range<u32>> {
    /// Longer gaps are no padding.
    const ALIGNMENT: u32 = 16;
    ranges.sort_by_key(|r| r.start);
    let mut out: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last)
                if range.start < last.end + ALIGNMENT
                    && !others.iter().any(|o| o.start < range.start && o.end > last.end) =>
            {
                last.end = last.end.max(range.end);
            }
            _ => out.push(range),
        }
    }
    out
}

/// What the linker wrote.
#[derive(Default)]
struct Linked {
    /// Slot of each function that has one.
    slots: BTreeMap<u32, u32>,
    /// Functions that are exported, and the start.
    roots: BTreeSet<u32>,
    pieces: Vec<Piece>,
    symbols: Vec<Option<Node>>,
    /// Where each function's body is, from the start of the code section.
    bodies: Vec<(Range<usize>, u32)>,
    /// Where each segment is, from the start of the data section, and its address.
    segments: Vec<(Range<usize>, u32)>,
    /// Section, place in it, kind, symbol.
    relocations: Vec<(Section, u32, RelocationType, u32)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Code,
    Data,
}

impl Linked {
    fn read(module: &[u8]) -> Result<Linked> {
        let mut linked = Linked::default();
        let mut imported = 0;
        let (mut code, mut defined) = (0, 0);
        let (mut linking, mut tables) = (None, Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::ExportSection(exports) => {
                    for export in exports {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            linked.roots.insert(export.index);
                        }
                    }
                }
                Payload::StartSection { func, .. } => drop(linked.roots.insert(func)),
                Payload::ElementSection(elements) => {
                    for element in elements {
                        let element = element?;
                        let LinkedElements::Active { offset_expr, .. } = element.kind else { continue };
                        let LinkedItems::Functions(functions) = element.items else {
                            bail!("the function table is written in an unknown way");
                        };
                        let first = constant(offset_expr.get_operators_reader().read()?)?;
                        for (slot, function) in (first..).zip(functions) {
                            linked.slots.insert(function?, slot);
                        }
                    }
                }
                Payload::CodeSectionStart { range, .. } => code = range.start,
                Payload::CodeSectionEntry(body) => {
                    let range = body.range();
                    linked.bodies.push((range.start - code..range.end - code, imported + defined));
                    defined += 1;
                }
                Payload::DataSection(data) => {
                    let start = data.range().start;
                    for segment in data {
                        let segment = segment?;
                        let LinkedData::Active { offset_expr, .. } = segment.kind else { continue };
                        let at = constant(offset_expr.get_operators_reader().read()?)?;
                        let end = segment.range.end - start;
                        linked.segments.push((end - segment.data.len()..end, at));
                    }
                }
                Payload::CustomSection(custom) => match custom.as_known() {
                    KnownCustom::Linking(section) => linking = Some(section),
                    KnownCustom::Reloc(section) => tables.push((custom.name(), section)),
                    _ => {}
                },
                _ => {}
            }
        }
        for part in linking.context("the linked portal names no symbols")?.subsections() {
            if let Linking::SymbolTable(symbols) = part? {
                for symbol in symbols {
                    let node = linked.node(symbol?)?;
                    linked.symbols.push(node);
                }
            }
        }
        for (name, section) in tables {
            let part = match name {
                "reloc.CODE" => Section::Code,
                "reloc.DATA" => Section::Data,
                _ => continue,
            };
            for entry in section.entries() {
                let entry = entry?;
                linked.relocations.push((part, entry.offset, entry.ty, entry.index));
            }
        }
        Ok(linked)
    }

    fn node(&mut self, symbol: SymbolInfo) -> Result<Option<Node>> {
        Ok(match symbol {
            SymbolInfo::Func { index, .. } => Some(Node::Function(index)),
            SymbolInfo::Data { name, symbol: Some(data), .. } => {
                let segment = self.segments.get(data.index as usize);
                let (_, start) = segment.with_context(|| format!("{name} is in no segment"))?;
                let piece = Piece {
                    at: start + data.offset,
                    size: data.size,
                    gate: GATES.iter().position(|gate| name.contains(gate)),
                };
                let same = self.pieces.iter().position(|p| p.at == piece.at && p.size == piece.size);
                Some(Node::Data(same.unwrap_or_else(|| {
                    self.pieces.push(piece);
                    self.pieces.len() - 1
                })))
            }
            _ => None,
        })
    }

    /// What is not reached while the gate `closed` and those after it are shut.
    fn beyond(&self, closed: usize, out: &BTreeMap<Option<Node>, Vec<&Reference>>) -> Beyond {
        let mut reached: BTreeSet<Node> = self.roots.iter().map(|f| Node::Function(*f)).collect();
        let mut slots = BTreeSet::new();
        let mut open: Vec<Option<Node>> = reached.iter().copied().map(Some).collect();
        // Data that no symbol names is nobody's in particular: what it refers to stays.
        open.push(None);
        while let Some(node) = open.pop() {
            if let Some(Node::Data(at)) = node
                && self.pieces[at].gate.is_some_and(|gate| gate >= closed)
            {
                continue;
            }
            for reference in out.get(&node).into_iter().flatten() {
                if reference.by_slot
                    && let Node::Function(f) = reference.to
                {
                    slots.extend(self.slots.get(&f));
                }
                if reached.insert(reference.to) {
                    open.push(Some(reference.to));
                }
            }
        }
        let all: BTreeSet<u32> = self.slots.values().copied().collect();
        let stays = |at: &usize| reached.contains(&Node::Data(*at));
        let mut kept: Vec<Range<u32>> =
            (0..self.pieces.len()).filter(stays).map(|at| self.pieces[at].range()).collect();
        kept.sort_by_key(|r| r.start);
        let mut data = Vec::new();
        for at in (0..self.pieces.len()).filter(|at| !stays(at)) {
            data.extend(without(self.pieces[at].range(), &kept));
        }
        Beyond { slots: all.difference(&slots).copied().collect(), data: joined(data, &kept) }
    }

    fn references(&self) -> Vec<Reference> {
        let mut owners: BTreeMap<u32, usize> = BTreeMap::new();
        let mut references = Vec::new();
        for (at, piece) in self.pieces.iter().enumerate() {
            for address in piece.range() {
                // Pieces that overlap go together.
                if let Some(other) = owners.insert(address, at)
                    && other != at
                {
                    let (a, b) = (Node::Data(other), Node::Data(at));
                    references.push(Reference { from: Some(a), to: b, by_slot: false });
                    references.push(Reference { from: Some(b), to: a, by_slot: false });
                }
            }
        }
        for (section, place, kind, symbol) in &self.relocations {
            let Some(to) = self.symbols.get(*symbol as usize).copied().flatten() else { continue };
            let by_slot = matches!(
                kind,
                RelocationType::TableIndexSleb
                    | RelocationType::TableIndexI32
                    | RelocationType::TableIndexRelSleb
            );
            let followed = by_slot
                || matches!(
                    kind,
                    RelocationType::FunctionIndexLeb
                        | RelocationType::FunctionIndexI32
                        | RelocationType::MemoryAddrLeb
                        | RelocationType::MemoryAddrSleb
                        | RelocationType::MemoryAddrI32
                        | RelocationType::MemoryAddrRelSleb
                );
            if followed {
                let from = self.at(*section, *place as usize, &owners);
                references.push(Reference { from, to, by_slot });
            }
        }
        references
    }

    /// Who holds this place of a section.
    fn at(&self, section: Section, place: usize, owners: &BTreeMap<u32, usize>) -> Option<Node> {
        let holds = |range: &Range<usize>| range.contains(&place);
        match section {
            Section::Code => {
                let at = self.bodies.partition_point(|(range, _)| range.end <= place);
                let (range, function) = self.bodies.get(at)?;
                holds(range).then_some(Node::Function(*function))
            }
            Section::Data => {
                let (range, start) = self.segments.iter().find(|(range, _)| holds(range))?;
                let address = start + u32::try_from(place - range.start).ok()?;
                owners.get(&address).map(|piece| Node::Data(*piece))
            }
        }
    }
}

fn constant(operator: Operator) -> Result<u32> {
    match operator {
        Operator::I32Const { value } => Ok(value as u32),
        _ => bail!("an address is not a plain number"),
    }
}

/// The module without the linker's notes, which Binaryen's tools do not take.
///
/// # Errors
/// When it is no module.
pub fn without_notes(linked: &[u8]) -> Result<Vec<u8>> {
    let mut out = linked.get(..8).context("a module is cut short")?.to_vec();
    let mut end = out.len();
    for payload in Parser::new(0).parse_all(linked) {
        let payload = payload?;
        let Some((_, range)) = payload.as_section() else { continue };
        let note = matches!(&payload, Payload::CustomSection(custom)
            if custom.name() == "linking" || custom.name().starts_with("reloc."));
        if !note {
            out.extend(&linked[end..range.end]);
        }
        end = range.end;
    }
    Ok(out)
}

/// Splits an optimised module. The first part starts by itself. The second asks for memory, table and
/// functions of the first one under the name `b`, and for the JavaScript of all under the name that the
/// first one has for it; the third does so too, and asks for functions of the second under `c`.
///
/// # Errors
/// When the module is not as the pinned tools write it.
pub fn split(module: &[u8], beyond: &[Beyond]) -> Result<Vec<Vec<u8>>> {
    let mut parts: Vec<Module> = Vec::new();
    // Whose a function is: the first part that has it.
    let mut owners: BTreeMap<usize, usize> = BTreeMap::new();
    for at in 0..PARTS {
        let mut part = parse(module)?;
        divide(&mut part, at.checked_sub(1).map(|gate| &beyond[gate]), beyond.get(at))?;
        if at > 0 {
            let exports: Vec<_> = part.exports.iter().map(|e| e.id()).collect();
            exports.into_iter().for_each(|id| part.exports.delete(id));
            part.start = None;
            borrow(&mut part, &owners);
        }
        walrus::passes::gc::run(&mut part);
        for (id, _) in part.funcs.iter_local() {
            owners.entry(id.index()).or_insert(at);
        }
        for (owner, lender) in parts.iter_mut().enumerate() {
            lend(lender, &mut part, LENDERS[owner])?;
        }
        parts.push(part);
    }
    Ok(parts.iter_mut().map(Module::emit_wasm).collect())
}

fn parse(module: &[u8]) -> Result<Module> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false).generate_producers_section(false);
    // Ids follow the order of the file: the same ones each time it is read.
    let mut module = config.parse(module).map_err(|e| anyhow::anyhow!("{e:?}"))?;
    let customs: Vec<_> = module.customs.iter().map(|(id, _)| id).collect();
    customs.into_iter().for_each(|id| drop(module.customs.delete(id)));
    Ok(module)
}

/// Keeps of table and memory what belongs to one part: what lies beyond the gate `from`, if it has one,
/// and not beyond the gate `to`.
fn divide(module: &mut Module, from: Option<&Beyond>, to: Option<&Beyond>) -> Result<()> {
    let elements: Vec<_> = module.elements.iter().map(|e| e.id()).collect();
    for id in elements {
        let element = module.elements.get(id);
        let ElementKind::Active { table, offset: ConstExpr::Value(Value::I32(start)) } = element.kind else {
            continue;
        };
        let ElementItems::Functions(functions) = &element.items else { continue };
        let mut runs: Vec<(u32, Vec<FunctionId>)> = Vec::new();
        for (slot, function) in (start as u32..).zip(functions) {
            let holds = |beyond: &Beyond| beyond.slots.contains(&slot);
            if !from.is_none_or(holds) || to.is_some_and(holds) {
                continue;
            }
            match runs.last_mut() {
                Some((at, run)) if *at + run.len() as u32 == slot => run.push(*function),
                _ => runs.push((slot, vec![*function])),
            }
        }
        module.elements.delete(id);
        module.tables.get_mut(table).elem_segments.remove(&id);
        for (slot, run) in runs {
            let offset = ConstExpr::Value(Value::I32(slot as i32));
            let id = module.elements.add(ElementKind::Active { table, offset }, ElementItems::Functions(run));
            module.tables.get_mut(table).elem_segments.insert(id);
        }
    }
    let segments: Vec<_> = module.data.iter().map(|d| d.id()).collect();
    for id in segments {
        let data = module.data.get(id);
        let DataKind::Active { memory, offset: ConstExpr::Value(Value::I32(start)) } = data.kind else {
            bail!("a data segment has no plain address");
        };
        let bytes = data.value.clone();
        let whole = start as u32..start as u32 + u32::try_from(bytes.len())?;
        let of = |beyond: Option<&Beyond>| -> Vec<Range<u32>> {
            let inside = |r: &Range<u32>| r.start.max(whole.start)..r.end.min(whole.end);
            beyond.map_or(&[][..], |b| &b.data).iter().map(inside).filter(|r| !r.is_empty()).collect()
        };
        let theirs = of(to);
        // A later part must write nothing that an earlier one may have changed since.
        let mine = match from {
            Some(_) => of(from).into_iter().flat_map(|range| without(range, &theirs)).collect(),
            None => near(without(whole.clone(), &theirs)),
        };
        module.data.delete(id);
        module.memories.get_mut(memory).data_segments.remove(&id);
        for range in mine {
            let part = (range.start - whole.start) as usize..(range.end - whole.start) as usize;
            let mut value = bytes[part].to_vec();
            // Memory is zero where nobody wrote.
            while value.last() == Some(&0) {
                value.pop();
            }
            if value.is_empty() {
                continue;
            }
            let offset = ConstExpr::Value(Value::I32(range.start as i32));
            let id = module.data.add(DataKind::Active { memory, offset }, value);
            module.memories.get_mut(memory).data_segments.insert(id);
        }
    }
    Ok(())
}

/// Joins ranges whose gap costs less than the head of another segment: what lies in it is written
/// again with a later part.
fn near(ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    const HEAD: u32 = 8;
    let mut out: Vec<Range<u32>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start - last.end < HEAD => last.end = range.end,
            _ => out.push(range),
        }
    }
    out
}

/// The names under which a part finds the things of those before it.
const LENDERS: [&str; GATES.len()] = ["b", "c"];

/// A part asks for what those before it have. Memory, table and globals are the first one's.
fn borrow(part: &mut Module, owners: &BTreeMap<usize, usize>) {
    let functions: Vec<_> = part
        .funcs
        .iter()
        .filter_map(|f| owners.get(&f.id().index()).map(|owner| (f.id(), f.ty(), LENDERS[*owner])))
        .collect();
    for (id, ty, lender) in functions {
        let import = part.imports.add(lender, "", id);
        part.funcs.get_mut(id).kind = FunctionKind::Import(ImportedFunction { import, ty });
    }
    let first = LENDERS[0];
    let memories: Vec<_> = part.memories.iter().map(|m| m.id()).collect();
    for id in memories {
        let import = part.imports.add(first, "", id);
        part.memories.get_mut(id).import = Some(import);
    }
    let tables: Vec<_> = part.tables.iter().map(|t| t.id()).collect();
    for id in tables {
        let import = part.imports.add(first, "", id);
        part.tables.get_mut(id).import = Some(import);
    }
    let globals: Vec<_> = part.globals.iter().map(|g| g.id()).collect();
    for id in globals {
        let import = part.imports.add(first, "", id);
        part.globals.get_mut(id).kind = GlobalKind::Import(import);
    }
}

/// A part gives what a later one asks for under its name, under short names.
fn lend(first: &mut Module, second: &mut Module, lender: &str) -> Result<()> {
    let taken: BTreeSet<String> = first.exports.iter().map(|e| e.name.clone()).collect();
    let mut names = (0_u32..).map(short).filter(|name| !taken.contains(name));
    for import in second.imports.iter_mut().filter(|i| i.module == lender) {
        import.name = names.next().context("no name is left")?;
        let item = match import.kind {
            ImportKind::Function(id) => {
                first.funcs.iter().map(|f| f.id()).find(|f| f.index() == id.index()).map(ExportItem::Function)
            }
            ImportKind::Memory(id) => first
                .memories
                .iter()
                .map(|m| m.id())
                .find(|m| m.index() == id.index())
                .map(ExportItem::Memory),
            ImportKind::Table(id) => {
                first.tables.iter().map(|t| t.id()).find(|t| t.index() == id.index()).map(ExportItem::Table)
            }
            ImportKind::Global(id) => {
                first.globals.iter().map(|g| g.id()).find(|g| g.index() == id.index()).map(ExportItem::Global)
            }
            ImportKind::Tag(_) => None,
        };
        first.exports.add(&import.name, item.context("a part asks for what an earlier one has not")?);
    }
    Ok(())
}

/// `0`, `1`, … `z`, `00`, …
fn short(mut number: u32) -> String {
    const LETTERS: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$";
    let mut name = String::new();
    loop {
        name.push(char::from(LETTERS[number as usize % LETTERS.len()]));
        number /= LETTERS.len() as u32;
        if number == 0 {
            return name;
        }
        number -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;
    use std::{env, fs};

    const PROGRAM: &str = r#"
        #![no_std]
        #[panic_handler]
        fn stop(_: &core::panic::PanicInfo) -> ! { loop {} }
        static EARLY: [u32; 4] = [3, 1, 4, 1];
        static LATE: [u32; 6] = [2, 71828, 1828, 459, 45, 90452];
        static LAST: [u32; 5] = [16180, 33988, 74989, 48482, 4586];
        #[inline(never)]
        fn both(n: u32) -> u32 { core::hint::black_box(&EARLY)[n as usize % 4] + n }
        #[inline(never)]
        fn twice(n: u32) -> u32 { 2 * core::hint::black_box(&LATE)[n as usize % 6] }
        fn late(n: u32) -> u32 {
            if n > 9 { core::hint::black_box(&LAST_GATE)(n) } else { twice(n) / 2 + both(n) }
        }
        fn last(n: u32) -> u32 { core::hint::black_box(&LAST)[n as usize % 5] + twice(n) + both(n) }
        #[unsafe(export_name = "_ZN9bon_geste5later4GATE")]
        static GATE: fn(u32) -> u32 = late;
        #[unsafe(export_name = "_ZN9bon_geste4quiz4GATE")]
        static LAST_GATE: fn(u32) -> u32 = last;
        #[unsafe(no_mangle)]
        pub extern "C" fn early(n: u32) -> u32 { both(n) }
        #[unsafe(no_mangle)]
        pub extern "C" fn through(n: u32) -> u32 { core::hint::black_box(&GATE)(n) }
    "#;

    /// Runs the parts, each only when those before it have answered, as the portal does.
    const RUN: &str = "const { readFileSync: r } = require('fs'); const [, one, two, three] = process.argv;
        const part = (file, asks) => new WebAssembly.Instance(new WebAssembly.Module(r(file)), asks).exports;
        const b = part(one), refused = (n) => {
          try { b.through(n); } catch (e) { return e instanceof WebAssembly.RuntimeError; }
        };
        const said = [[0, 1, 2].map((n) => b.early(n)), refused(1)];
        const c = part(two, { b });
        said.push([0, 1, 5].map((n) => b.through(n)), refused(10));
        part(three, { b, c });
        said.push([1, 10, 11].map((n) => b.through(n)));
        console.log(JSON.stringify(said));";

    #[test]
    fn a_program_in_three_parts_does_what_it_did_in_one() {
        let folder = env::temp_dir().join(format!("bon-geste-split-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let at = |name: &str| folder.join(name);
        fs::write(at("program.rs"), PROGRAM).unwrap();
        let made = Command::new("rustc")
            .args(["--target", "wasm32-unknown-unknown", "--crate-type", "cdylib", "--edition", "2024", "-O"])
            .args(["-Cpanic=abort", "-Clink-arg=--emit-relocs", "-o"])
            .args([at("whole.wasm"), at("program.rs")])
            .status()
            .unwrap();
        assert!(made.success());
        let whole = fs::read(at("whole.wasm")).unwrap();
        let found = beyond(&whole).unwrap();
        let slots: Vec<usize> = found.iter().map(|b| b.slots.len()).collect();
        assert_eq!(slots, [2, 1], "{found:?}");
        let parts = split(&without_notes(&whole).unwrap(), &found).unwrap();
        for (number, home) in [(71828_u32, 1), (74989, 2)] {
            let has = |part: &Vec<u8>| part.windows(4).any(|w| w == number.to_le_bytes());
            let where_it_is: Vec<usize> = (0..parts.len()).filter(|at| has(&parts[*at])).collect();
            assert_eq!(where_it_is, [home], "a table goes with the only part that reads it");
        }
        let files = [at("one.wasm"), at("two.wasm"), at("three.wasm")];
        for (file, part) in files.iter().zip(parts) {
            fs::write(file, part).unwrap();
        }
        let ran = Command::new("node").args(["-e", RUN]).args(&files).output().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&ran.stdout).trim(),
            "[[3,2,6],true,[5,71830,90458],true,[71830,16284,214904]]",
            "{ran:?}"
        );
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_portal_linked_without_notes_is_refused() {
        let error = beyond(b"\0asm\x01\0\0\0").unwrap_err();
        assert!(format!("{error:#}").contains("names no symbols"), "{error:#}");
    }

    #[test]
    fn ranges_are_cut_out_and_joined_over_padding_only() {
        assert_eq!(without(0..10, &[2..3, 5..20]), [0..2, 3..5]);
        assert!(without(4..8, &[0..5, 5..9]).is_empty());
        assert_eq!(joined(vec![40..44, 0..10, 12..16], &[]), [0..16, 40..44]);
        assert_eq!(joined(vec![0..10, 12..16], &[10..11, 20..21]), [0..10, 12..16]);
        assert_eq!(joined(vec![0..10, 40..50], &[]), [0..10, 40..50]);
        assert_eq!(near(vec![0..4, 6..8, 100..101]), [0..8, 100..101]);
    }

    #[test]
    fn no_two_names_are_the_same() {
        let names: BTreeSet<String> = (0..10_000).map(short).collect();
        assert_eq!(names.len(), 10_000);
    }
}
