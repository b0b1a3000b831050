//! The product.

fn main() {}
