"""One test as one page of HTML that needs nothing else: its program, its models, its outcomes and their pictures."""
