// Vectors, in the order of operations of physics/rotation.rs.

fn scalar_product(a: vec3<real>, b: vec3<real>) -> real {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

fn magnitude(v: vec3<real>) -> real {
    return sqrt(scalar_product(v, v));
}

fn unitized(v: vec3<real>) -> vec3<real> {
    let length = magnitude(v);
    if length == real(0.0) {
        return v;
    }
    return v / length;
}
