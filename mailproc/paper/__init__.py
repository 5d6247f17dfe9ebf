"""Pages in PDF: slips in the cells of a sheet, letters on pages of their own. Values in, bytes out."""
