//! Text at a width: rows of a lead and a text, wrapped and coloured.
//!
//! comfy-table measures and wraps. Colour is put around its finished lines, because comfy-table
//! would ask the environment whether it may colour.

use comfy_table::presets::NOTHING;
use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width};

/// Below this many columns nothing can be laid out; the terminal wraps then.
const NARROWEST: u16 = 40;

/// The style of a piece of text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Style {
    Plain,
    Bold,
    Dim,
    Red,
    Yellow,
    Green,
}

/// A lead and the text beside it, which is wrapped under itself.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    lead: String,
    lead_style: Style,
    text: String,
    style: Style,
    one_line: bool,
}

/// The page that is being written.
#[derive(Debug)]
pub(crate) struct Page {
    width: u16,
    color: bool,
    text: String,
}

impl Row {
    /// A row whose lead is dimmed.
    pub(crate) fn new(lead: impl Into<String>, text: impl Into<String>) -> Self {
        let (lead, text) = (lead.into(), text.into());
        Self { lead, lead_style: Style::Dim, text, style: Style::Plain, one_line: false }
    }

    /// A row whose lead and text are given a style.
    pub(crate) fn styled(mut self, lead: Style, text: Style) -> Self {
        self.lead_style = lead;
        self.style = text;
        self
    }

    /// A row that is cut off at the end of its line.
    pub(crate) fn one_line(mut self) -> Self {
        self.one_line = true;
        self
    }

    /// An empty line between rows.
    pub(crate) fn blank() -> Self {
        Self::new("", "")
    }
}

impl Page {
    /// An empty page.
    pub(crate) fn new(width: u16, color: bool) -> Self {
        Self { width: width.max(NARROWEST), color, text: String::new() }
    }

    /// The text, with a newline at the end.
    pub(crate) fn into_string(self) -> String {
        self.text
    }

    /// An empty line, unless the page is empty.
    pub(crate) fn blank(&mut self) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
    }

    /// One text over the whole width.
    pub(crate) fn paragraph(&mut self, indent: u16, text: &str, style: Style) {
        let mut table = bare();
        table.add_row([text]);
        constrain(&mut table, &[self.width - indent]);
        for line in table.lines() {
            self.line(indent, "", Style::Plain, line.trim_end(), style);
        }
    }

    /// Rows whose texts stand in one column. Every lead is made of characters one column wide, and
    /// shorter than `lead_width`.
    pub(crate) fn rows(&mut self, indent: u16, lead_width: u16, rows: &[Row]) {
        let table = two_columns(rows, lead_width, self.width - indent - lead_width);
        let mut coming = rows.iter();
        let mut row = None;
        for line in table.lines() {
            let (lead, text) = split_at_column(&line, lead_width);
            // Every row but a blank one has a lead, and has it in its first line only.
            if !lead.trim().is_empty() || text.trim().is_empty() {
                row = coming.next().or(row);
            }
            let (lead_style, style) =
                row.map_or((Style::Plain, Style::Plain), |row| (row.lead_style, row.style));
            self.line(indent, lead, lead_style, text.trim_end(), style);
        }
    }

    /// The number of lines that these rows would take, without an indent.
    pub(crate) fn lines_of(&self, lead_width: u16, rows: &[Row]) -> usize {
        two_columns(rows, lead_width, self.width - lead_width).lines().count()
    }

    /// A table with a heading; `numbers` are the columns that are aligned to the right. The style
    /// is that of a whole row.
    pub(crate) fn grid(
        &mut self,
        indent: u16,
        heading: &[&str],
        rows: &[(Vec<String>, Style)],
        numbers: &[usize],
    ) {
        let mut table = bare();
        table.set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(self.width - indent);
        table.set_header(heading.iter().map(Cell::new));
        for (cells, _) in rows {
            table.add_row(cells);
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if index + 1 < heading.len() { 2 } else { 0 }));
            if numbers.contains(&index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut coming = rows.iter().map(|(_, style)| *style);
        let mut style = Style::Dim;
        let mut in_heading = true;
        for line in table.lines() {
            // A line that begins with a space goes on with the row above.
            if !in_heading && !line.starts_with(' ') {
                style = coming.next().unwrap_or(style);
            }
            in_heading = false;
            self.line(indent, "", Style::Plain, line.trim_end(), style);
        }
    }

    fn line(&mut self, indent: u16, lead: &str, lead_style: Style, text: &str, style: Style) {
        if text.is_empty() && lead.trim().is_empty() {
            self.text.push('\n');
            return;
        }
        self.text.extend(std::iter::repeat_n(' ', usize::from(indent)));
        self.paint(lead.trim_end(), lead_style);
        if !text.is_empty() {
            let spaces = lead.chars().count() - lead.trim_end().chars().count();
            self.text.extend(std::iter::repeat_n(' ', spaces));
            self.paint(text, style);
        }
        self.text.push('\n');
    }

    fn paint(&mut self, text: &str, style: Style) {
        match style.code().filter(|_| self.color && !text.is_empty()) {
            None => self.text.push_str(text),
            Some(code) => {
                for piece in ["\u{1b}[", code, "m", text, "\u{1b}[0m"] {
                    self.text.push_str(piece);
                }
            }
        }
    }
}

impl Style {
    const fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Bold => Some("1"),
            Self::Dim => Some("2"),
            Self::Red => Some("1;31"),
            Self::Yellow => Some("1;33"),
            Self::Green => Some("1;32"),
        }
    }
}

fn bare() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING).force_no_tty();
    table
}

fn two_columns(rows: &[Row], lead_width: u16, text_width: u16) -> Table {
    let mut table = bare();
    for row in rows {
        let mut cells = comfy_table::Row::from([&row.lead, &row.text]);
        if row.one_line {
            cells.max_height(1);
        }
        table.add_row(cells);
    }
    constrain(&mut table, &[lead_width, text_width]);
    table
}

fn constrain(table: &mut Table, widths: &[u16]) {
    for (column, width) in table.column_iter_mut().zip(widths) {
        column.set_padding((0, 0));
        column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(*width)));
    }
}

fn split_at_column(line: &str, column: u16) -> (&str, &str) {
    let at = line.char_indices().nth(usize::from(column)).map_or(line.len(), |(at, _)| at);
    line.split_at(at)
}
