# Opens a PDF with pdfium and prints what a reader of it finds: sheets, text, bookmarks, fonts, links.
import ctypes
import json
import sys

import pypdfium2
import pypdfium2.raw as raw

pdf = pypdfium2.PdfDocument(sys.argv[1])


def font(text):
    handle = raw.FPDFTextObj_GetFont(text)
    length = raw.FPDFFont_GetBaseFontName(handle, None, 0)
    name = ctypes.create_string_buffer(length)
    raw.FPDFFont_GetBaseFontName(handle, name, length)
    return name.value.decode(), raw.FPDFFont_GetIsEmbedded(handle) == 1


def links(page):
    count, at, link = 0, ctypes.c_int(0), raw.FPDF_LINK()
    while raw.FPDFLink_Enumerate(page, at, link):
        count += 1
    return count


fonts = set()
for page in pdf:
    for thing in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=4):
        fonts.add(font(thing))
print(json.dumps({
    "pages": [page.get_textpage().get_text_range() for page in pdf],
    "sizes": sorted({tuple(round(side) for side in page.get_size()) for page in pdf}),
    "bookmarks": [[entry.get_title(), entry.get_dest().get_index()] for entry in pdf.get_toc()],
    "metadata": pdf.get_metadata_dict(),
    "fonts": sorted(fonts),
    "links": sum(links(page) for page in pdf),
    # A page that is not drawn is white all over.
    "drawn": [len(set(page.render(scale=0.2).to_pil().convert("L").tobytes())) for page in pdf],
}))
