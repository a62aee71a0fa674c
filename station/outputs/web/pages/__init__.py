"""The pages, one module each: `page(desk, asked) -> Answer`.  Whole HTML, readable without any script."""
