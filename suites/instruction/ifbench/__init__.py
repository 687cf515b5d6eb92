"""The instructions of IFBench: Pyatkin et al. 2025, Generalizing Verifiable Instruction Following, arXiv:2507.02833."""
