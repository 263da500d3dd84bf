"""The report as PDF: one A4 document, with a built-in font that has Chinese and Latin letters."""

import io
from collections.abc import Iterator
from functools import partial
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from moderation.review.report import Claim, Report, Section

CHINESE = "STSong-Light"
INK, MUTED, LINE, ACCENT, DANGER, WARN = map(
    HexColor, ("#1f1b16", "#655c51", "#e6dfd5", "#0f766e", "#b42318", "#8a5a08")
)
COLOURS = {"passed": ACCENT, "failed": DANGER, "unknown": WARN, "missing": WARN, "none": WARN}
MARGIN = 20 * mm


def pdf(report: Report, digest: str) -> bytes:
    """The document; its footer has the annex's digest, which the log has too."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    page, file = _Page(report.language), io.BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=A4,
        title=report.title,
        author="Stoa",
        lang=report.language,
        invariant=1,
        **dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), MARGIN),
    )
    foot = partial(_foot, digest=digest, font=page.font)
    document.build(list(page.flow(report)), onFirstPage=foot, onLaterPages=foot)
    return file.getvalue()


def _foot(canvas: Canvas, _document: SimpleDocTemplate, *, digest: str, font: str) -> None:
    canvas.saveState()
    canvas.setFont(font, 7)
    canvas.setFillColor(MUTED)
    canvas.drawString(MARGIN, 11 * mm, f"SHA-256 {digest}")
    canvas.drawRightString(A4[0] - MARGIN, 11 * mm, str(canvas.getPageNumber()))
    canvas.restoreState()


def _latin(words: str) -> bool:
    """Whether the standard fonts of PDF have every letter."""
    try:
        words.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


class _Page:
    def __init__(self, language: str) -> None:
        chinese = language.startswith("zh")
        self.font, self.bold = (CHINESE, CHINESE) if chinese else ("Helvetica", "Helvetica-Bold")
        self.wrap = "CJK" if chinese else None
        self.body = self.style("body", 10, 15.5 if chinese else 14)
        self.paragraph = ParagraphStyle("paragraph", self.body, spaceAfter=5)
        self.small = self.style("small", 8, 11.5, textColor=MUTED)
        self.code = ParagraphStyle(
            "code", fontName="Courier", fontSize=7.5, leading=10.5, textColor=INK, wordWrap="CJK"
        )
        self.title = self.style("title", 18, 24, bold=True, spaceAfter=8)
        self.headings = {2: self.style("h2", 13, 18, bold=True), 3: self.style("h3", 11, 16, bold=True)}

    def style(self, name: str, size: float, leading: float, *, bold: bool = False, **more: object) -> ParagraphStyle:
        font = self.bold if bold else self.font
        look = {"fontName": font, "fontSize": size, "leading": leading, "textColor": INK, "wordWrap": self.wrap}
        return ParagraphStyle(name, **look | more)

    def flow(self, report: Report) -> Iterator[Flowable]:
        yield self.text(report.title, self.title)
        for line in report.head:
            yield self.text(line, self.small)
            yield Spacer(0, 2 * mm)
        yield from self.verdict(report)
        for section in report.sections:
            yield from self.section(section)

    def verdict(self, report: Report) -> Iterator[Flowable]:
        lines = [self.text(line, self.body) for line in (report.verdict, *report.blockers)]
        colour = DANGER if report.blockers else ACCENT
        bar = Table([[lines]], colWidths=["100%"])
        bar.setStyle(TableStyle([("LINEBEFORE", (0, 0), (0, -1), 2, colour), ("LEFTPADDING", (0, 0), (-1, -1), 8)]))
        yield bar

    def section(self, section: Section) -> Iterator[Flowable]:
        lead: list[Flowable] = [Spacer(0, 4 * mm), self.text(section.title, self.headings[section.level])]
        lead.append(Spacer(0, 1.5 * mm))
        rest: list[Flowable] = [self.text(paragraph, self.paragraph) for paragraph in section.paragraphs]
        rest += [self.claim(claim) for claim in section.claims]
        rest += [Paragraph(escape(line), self.code) for line in section.code]
        yield KeepTogether([*lead, *rest[:1]])
        yield from rest[1:]
        if section.table:
            yield self.table(section.table)

    def claim(self, claim: Claim) -> Flowable:
        label = ParagraphStyle("label", self.body, textColor=COLOURS.get(claim.status, MUTED), fontSize=9)
        said = [
            self.text(claim.subject, ParagraphStyle("subject", self.body, fontName=self.bold)),
            self.text(claim.text, self.body),
            *([self.text(claim.law, self.small)] if claim.law else []),
            *(self.text(proof.text, self.small) for proof in claim.proofs),
        ]
        table = Table([[said, self.text(claim.label, label)]], colWidths=["76%", "24%"])
        table.setStyle(
            TableStyle(
                [
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                    ("LEFTPADDING", (0, 0), (0, -1), 0),
                    ("RIGHTPADDING", (1, 0), (1, -1), 0),
                ]
            )
        )
        return table

    def table(self, rows: tuple[tuple[str, ...], ...]) -> Flowable:
        cells = [[self.text(cell, self.small) for cell in row] for row in rows]
        table = Table(cells, colWidths=["52%", "16%", "16%", "16%"], repeatRows=1)
        table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE), ("LEFTPADDING", (0, 0), (0, -1), 0)]))
        return table

    def text(self, words: str, style: ParagraphStyle) -> Paragraph:
        """The words in the style; in the Chinese font where the Latin one has not all of their letters."""
        if self.font != CHINESE and not _latin(words):
            style = ParagraphStyle("other", style, fontName=CHINESE, wordWrap="CJK")
        return Paragraph(escape(words).replace("\n", "<br/>"), style)
