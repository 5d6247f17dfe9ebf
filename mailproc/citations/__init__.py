"""Citations as other programs write them: OpenURL, COinS, RIS. Pure: text in, values out."""
